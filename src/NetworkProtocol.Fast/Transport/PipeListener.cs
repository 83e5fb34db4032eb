using System;
using System.Diagnostics.CodeAnalysis;
using System.IO;
using System.IO.Pipes;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Win32.SafeHandles;

namespace NetworkProtocol.Fast.Transport;

/// <summary>
/// Accepts connections on a named pipe. There is always one end that waits for a client: the next is made before the
/// last is handed over, so the name never is free in between.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "DisposeAsync and Stop dispose.")]
internal sealed class PipeListener : TransportListener
{
    private static readonly TimeSpan BackOffMin = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan BackOffMax = TimeSpan.FromSeconds(1);

    private readonly ITransportAcceptor acceptor;
    private readonly CancellationTokenSource stopping = new();
    private readonly Task loop;

    private PipeListener(Endpoint endpoint, NamedPipeServerStream first, ITransportAcceptor acceptor)
    {
        BoundEndpoint = endpoint;
        this.acceptor = acceptor;
        loop = Task.Run(() => RunAsync(first));
    }

    internal override Endpoint BoundEndpoint { get; }

    /// <summary>Takes the name and starts to accept.</summary>
    /// <exception cref="TransportException">The name is taken, or the system refuses it.</exception>
    internal static PipeListener Open(Endpoint endpoint, ITransportAcceptor acceptor)
    {
        try
        {
            if (OperatingSystem.IsWindows())
            {
                return new PipeListener(endpoint, PipeTransport.MakeServer(endpoint, isFirst: true), acceptor);
            }

            // .NET would take the path from whoever listens on it.
            Endpoint file = PipeTransport.FileOf(endpoint);
            using SafeFileHandle? folder = UnixSocketFile.LockFolder(file);
            UnixSocketFile.RemoveStale(file);
            return new PipeListener(endpoint, PipeTransport.MakeServer(endpoint, isFirst: true), acceptor);
        }
        catch (TransportException e)
        {
            throw Failure(endpoint, e.SocketError, e.Message, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SocketException)
        {
            throw Failure(endpoint, SocketError.AddressAlreadyInUse,
                $"{e.Message}; stop the process that has the name, or choose another", e);
        }
    }

    /// <inheritdoc/>
    internal override void Stop()
    {
        if (!stopping.IsCancellationRequested)
        {
            stopping.Cancel();
        }
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        Stop();
        await loop.ConfigureAwait(false);
    }

    private async Task RunAsync(NamedPipeServerStream first)
    {
        NamedPipeServerStream? waiting = first;
        TimeSpan backOff = TimeSpan.Zero;
        while (!stopping.IsCancellationRequested)
        {
            NamedPipeServerStream? connected = null;
            try
            {
                waiting ??= PipeTransport.MakeServer(BoundEndpoint, isFirst: false);
                await waiting.WaitForConnectionAsync(stopping.Token).ConfigureAwait(false);
                connected = waiting;
                waiting = null;
                waiting = PipeTransport.MakeServer(BoundEndpoint, isFirst: false);
                backOff = TimeSpan.Zero;
            }
            catch (OperationCanceledException)
            {
                break;
            }
            catch (UnauthorizedAccessException)
            {
                // Another user's process: the stream found out who it is after it was connected.
                waiting = Replace(waiting);
            }
            catch (Exception e) when (e is IOException or SocketException)
            {
                // It left before it was accepted, or the system is short of something.
                waiting = Replace(waiting);
                backOff = backOff == TimeSpan.Zero ? BackOffMin : backOff < BackOffMax / 2 ? backOff * 2 : BackOffMax;
                acceptor.OnAcceptPressure((e as SocketException)?.SocketErrorCode ?? SocketError.SocketError, backOff);
            }

            if (connected is not null)
            {
                Hand(connected);
            }

            if (backOff > TimeSpan.Zero)
            {
                await Task.Delay(backOff, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        if (waiting is not null)
        {
            await waiting.DisposeAsync().ConfigureAwait(false);
        }
    }

    private void Hand(NamedPipeServerStream connected)
    {
        if (stopping.IsCancellationRequested)
        {
            connected.Dispose();
            return;
        }

        acceptor.OnAccepted(PipeConnection.Accepted(connected, BoundEndpoint));
    }

    // The next before the last goes: with the last end of a name the name itself would go.
    private NamedPipeServerStream? Replace(NamedPipeServerStream? spent)
    {
        NamedPipeServerStream? next = null;
        try
        {
            next = PipeTransport.MakeServer(BoundEndpoint, isFirst: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SocketException)
        {
            // The loop tries again after its pause.
        }

        spent?.Dispose();
        return next;
    }

    private static TransportException Failure(
        Endpoint endpoint, SocketError error, string reason, Exception cause) =>
        new(endpoint, error, $"cannot listen on {endpoint}: {reason}", cause);
}
