using System;
using System.Globalization;
using System.IO;
using System.IO.Pipes;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;

namespace NetworkProtocol.Fast.Transport;

/// <summary>
/// Makes the streams of named pipes, for this user alone. Windows has pipes; elsewhere .NET makes each a Unix socket in
/// the folder for temporary files.
/// </summary>
internal static class PipeTransport
{
    // Windows holds what is written until it is read, up to these; Unix sockets have buffers of their own.
    private const int WindowsBufferBytes = 64 << 10;

    /// <summary>The file of a pipe where it is a Unix socket, as .NET names it: which of them are stale and which alive
    /// is decided here.</summary>
    internal static Endpoint FileOf(Endpoint endpoint) =>
        Endpoint.Unix(Path.Combine(Path.GetTempPath(), "CoreFxPipe_" + endpoint.Path));

    /// <summary>Makes one more end that a client can connect to.</summary>
    /// <param name="endpoint">The pipe.</param>
    /// <param name="isFirst">Whether nobody else may have the name.</param>
    internal static NamedPipeServerStream MakeServer(Endpoint endpoint, bool isFirst)
    {
        SocketRuntime.MarkSocketMade();
        PipeOptions options = PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly;
        bool isWindows = OperatingSystem.IsWindows();
        if (isFirst && isWindows)
        {
            options |= PipeOptions.FirstPipeInstance;
        }

        int bufferBytes = isWindows ? WindowsBufferBytes : 0;
        return new NamedPipeServerStream(
            endpoint.Path, PipeDirection.InOut, NamedPipeServerStream.MaxAllowedServerInstances,
            PipeTransmissionMode.Byte, options, bufferBytes, bufferBytes);
    }

    /// <summary>Connects; the caller continues on a thread of the pool.</summary>
    /// <exception cref="TransportException">Nothing answered, or not in time; the message says why.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    internal static async ValueTask<TransportConnection> ConnectAsync(
        Endpoint endpoint, TransportOptions options, CancellationToken cancellationToken)
    {
        // .NET tries again until the time is up, also for a name that nobody has.
        if (!OperatingSystem.IsWindows() && !Path.Exists(FileOf(endpoint).Path))
        {
            throw Failure(endpoint, SocketError.AddressNotAvailable, "no such pipe; check the name and that the server "
                + "runs, as the same user", null);
        }

        SocketRuntime.MarkSocketMade();
        NamedPipeClientStream? stream = null;
        try
        {
            stream = new NamedPipeClientStream(
                ".", endpoint.Path, PipeDirection.InOut, PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);
            await stream.ConnectAsync(options.ConnectTimeout, cancellationToken).ConfigureAwait(false);
            PipeConnection connection = new(stream, endpoint);
            stream = null;
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            return connection;
        }
        catch (TimeoutException e)
        {
            string reason = string.Create(CultureInfo.InvariantCulture,
                $"no answer within {options.ConnectTimeout.TotalSeconds:0.###} s; check that a server listens there");
            throw Failure(endpoint, SocketError.TimedOut, reason, e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw Failure(endpoint, SocketError.AccessDenied,
                "the pipe is another user's; run both ends as one user, or use unix:// with a mode", e);
        }
        catch (IOException e)
        {
            throw Failure(endpoint, SocketError.ConnectionRefused, e.Message, e);
        }
        finally
        {
            stream?.Dispose();
        }
    }

    private static TransportException Failure(
        Endpoint endpoint, SocketError error, string reason, Exception? cause) =>
        new(endpoint, error, $"cannot connect to {endpoint}: {reason}", cause);
}
