using System;
using System.Diagnostics.CodeAnalysis;
using System.IO;
using System.IO.Pipes;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NetworkProtocol.Fast.Memory;

namespace NetworkProtocol.Fast.Transport;

/// <summary>
/// One end of a named pipe. A pipe has no empty read that waits, so a small buffer of its own waits instead and is
/// handed out first. On Windows a pipe has no half-close: there <see cref="ShutdownSend"/> lets nothing more be sent,
/// and the peer hears of the end with <see cref="Close"/>. Nothing is allocated here for a message, but .NET's pipes
/// over Unix sockets allocate for each operation that does not complete at once.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Close disposes; a connection has one word for it.")]
[SuppressMessage("Reliability", "CA2012", Justification = "Each operation is consumed once, by its Finish method.")]
internal sealed class PipeConnection : TransportConnection
{
    // As much as a link reads at a time while little comes, so that what waited comes in few pieces; owned as long as
    // the connection.
    private const int AheadBytes = 4 << 10;

    private readonly PipeStream stream;
    private readonly SafeHandle handle;
    private readonly byte[] aheadBuffer = new byte[AheadBytes];
    private readonly Action readDone;
    private readonly Action writeDone;
    private ITransportSink? sink;
    private ConnectionGate gate;
    private Memory<byte> ahead;
    private Memory<byte> receiveBuffer;
    private bool hasEnded;
    private int sendBytes;
    private ConfiguredValueTaskAwaitable<int>.ConfiguredValueTaskAwaiter read;
    private ConfiguredValueTaskAwaitable.ConfiguredValueTaskAwaiter write;

    /// <summary>Takes a connected stream over.</summary>
    internal PipeConnection(PipeStream stream, Endpoint endpoint)
    {
        this.stream = stream;
        handle = stream.SafePipeHandle;
        Local = endpoint;
        Remote = endpoint;
        readDone = OnReadDone;
        writeDone = OnWriteDone;
    }

    internal override Endpoint Local { get; }

    internal override Endpoint Remote { get; }

    internal override int UntakenBytes => SocketBacklog.UntakenBytes(handle);

    /// <summary>Takes over what a listener accepted.</summary>
    internal static PipeConnection Accepted(NamedPipeServerStream stream, Endpoint endpoint)
    {
        PipeConnection connection = new(stream, endpoint);
        connection.Credentials = SystemPeers.Of(connection.handle);
        return connection;
    }

    internal override void Bind(ITransportSink sink) => this.sink = sink;

    internal override bool Receive(Memory<byte> buffer, out TransportResult result)
    {
        if (!gate.TryEnterReceive())
        {
            result = TransportResult.Aborted;
            return true;
        }

        if (hasEnded || !ahead.IsEmpty)
        {
            result = TransportResult.Done(TakeAhead(buffer));
            gate.Leave(ConnectionGate.Receiving);
            return true;
        }

        receiveBuffer = buffer;
        try
        {
            Memory<byte> into = buffer.IsEmpty ? aheadBuffer : buffer;
            ConfiguredValueTaskAwaitable<int>.ConfiguredValueTaskAwaiter started =
                stream.ReadAsync(into).ConfigureAwait(false).GetAwaiter();
            read = started;
            if (!started.IsCompleted)
            {
                // From here on the field belongs to whichever thread completes the read.
                started.UnsafeOnCompleted(readDone);
                result = default;
                return false;
            }
        }
        catch (Exception e) when (IsExpected(e))
        {
            receiveBuffer = default;
            gate.Leave(ConnectionGate.Receiving);
            result = FailureOf(e);
            return true;
        }

        result = FinishReceive();
        return true;
    }

    internal override bool Send(ReadOnlyMemory<byte> buffer, out TransportResult result)
    {
        if (!gate.TryEnterSend())
        {
            result = TransportResult.Aborted;
            return true;
        }

        sendBytes = buffer.Length;
        try
        {
            ConfiguredValueTaskAwaitable.ConfiguredValueTaskAwaiter started =
                stream.WriteAsync(buffer).ConfigureAwait(false).GetAwaiter();
            write = started;
            if (!started.IsCompleted)
            {
                started.UnsafeOnCompleted(writeDone);
                result = default;
                return false;
            }
        }
        catch (Exception e) when (IsExpected(e))
        {
            LeaveSend();
            result = FailureOf(e);
            return true;
        }

        result = FinishSend();
        return true;
    }

    internal override void ShutdownSend()
    {
        int before = gate.Enter(ConnectionGate.SendEnded);
        if ((before & (ConnectionGate.SendEnded | ConnectionGate.Sending | ConnectionGate.Closed)) == 0)
        {
            EndSending();
        }
    }

    internal override void Close()
    {
        if ((gate.Enter(ConnectionGate.Closed) & ConnectionGate.Closed) == 0)
        {
            EndSending();
            stream.Dispose();
        }
    }

    private void OnReadDone() => sink!.OnReceived(FinishReceive());

    private void OnWriteDone() => sink!.OnSent(FinishSend());

    private int TakeAhead(Memory<byte> buffer)
    {
        int bytes = Math.Min(ahead.Length, buffer.Length);
        ahead[..bytes].CopyTo(buffer);
        ahead = ahead[bytes..];
        return bytes;
    }

    private TransportResult FinishReceive()
    {
        TransportResult result;
        try
        {
            int bytes = read.GetResult();
            hasEnded = bytes == 0;
            if (receiveBuffer.IsEmpty)
            {
                ahead = aheadBuffer.AsMemory(0, bytes);
                bytes = 0;
            }

            result = TransportResult.Done(bytes);
        }
        catch (Exception e) when (IsExpected(e))
        {
            result = FailureOf(e);
        }

        read = default;
        receiveBuffer = default;
        gate.Leave(ConnectionGate.Receiving);
        return result;
    }

    private TransportResult FinishSend()
    {
        TransportResult result;
        try
        {
            write.GetResult();
            result = TransportResult.Done(sendBytes);
        }
        catch (Exception e) when (IsExpected(e))
        {
            result = FailureOf(e);
        }

        write = default;
        LeaveSend();
        return result;
    }

    // Whoever ended the sending half meanwhile saw a send under way and left the last step to it.
    private void LeaveSend()
    {
        int before = gate.Leave(ConnectionGate.Sending);
        if ((before & (ConnectionGate.SendEnded | ConnectionGate.Closed)) == ConnectionGate.SendEnded)
        {
            EndSending();
        }
    }

    private void EndSending()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        try
        {
            SystemSockets.ShutdownSend(handle);
        }
        catch (ObjectDisposedException)
        {
            // Closed on another thread.
        }
    }

    private static bool IsExpected(Exception e) =>
        e is IOException or ObjectDisposedException or OperationCanceledException or InvalidOperationException
            or SocketException or UnauthorizedAccessException;

    // A pipe says little: what is not our own doing is the peer's.
    private TransportResult FailureOf(Exception e) => gate.IsClosed
        ? TransportResult.Aborted
        : e.InnerException is SocketException inner
            ? TransportResult.From(inner.SocketErrorCode, 0)
            : TransportResult.PeerGone;
}
