using System;
using System.Diagnostics;
using System.Threading;
using NetworkProtocol.Fast.Packets;

namespace NetworkProtocol.Fast.Link;

/// <summary>Packets that the link itself sends and answers once its session is open: Ping, Disconnect,
/// Errors.</summary>
internal sealed partial class PeerLink
{
    // The opening with the longest Hello fits, and so does every text of ours (they are constants of under 200 bytes).
    private const int TextPacketBytesMax = 512;
    private const int TextBytesMax = TextPacketBytesMax - PacketHeader.BytesCount - PacketLimits.CodeBytes;

    private int peerDisconnected;

    // The peer sends no more requests: it said so, or half-closed.
    private bool PeerIsDone => Volatile.Read(ref endOfStream) != 0 || Volatile.Read(ref peerDisconnected) != 0;

    /// <summary>Closes a peer that does not read.</summary>
    internal void CloseSlow(string detail)
    {
        if (!IsClosed)
        {
            runtime.Counters.AddSlowConsumer();
            Close(CloseReason.SlowConsumer, detail);
        }
    }

    /// <summary>Ends a session whose peer may not have it any more, and says why. Any thread.</summary>
    internal void Expel(string text)
    {
        SendConnectionError(ErrorCode.Unauthorized, text);
        CloseAfterFlush(CloseReason.Untrusted, text);
    }

    /// <summary>
    /// A reply could not be queued. For want of memory the request is answered with an Error instead; a peer that
    /// would wait for ever is closed.
    /// </summary>
    internal void EndUnanswered(uint correlation, EnqueueStatus status)
    {
        if (status == EnqueueStatus.Full)
        {
            CloseSlow("its queue of replies reached the hard limit");
        }
        else if (status == EnqueueStatus.NoMemory)
        {
            runtime.RelieveReply();
            if (TrySendErrorReply(correlation, ErrorCode.Overloaded, "no memory for the reply")
                == EnqueueStatus.NoMemory)
            {
                Close(CloseReason.Overloaded, "no memory for its replies");
            }
        }
    }

    /// <summary>Queues an Error packet that answers a request. A longer text of a handler is cut.</summary>
    internal EnqueueStatus TrySendErrorReply(uint correlation, ErrorCode code, string text)
    {
        Span<byte> packet = stackalloc byte[TextPacketBytesMax];
        var writer = new PacketWriter(packet);
        ReadOnlySpan<char> shown = PacketText.Fit(text, TextBytesMax);
        bool written = writer.TryWriteErrorReply(new PacketHeader { Correlation = correlation }, code, shown);
        Debug.Assert(written, "the text was cut to fit");
        return IsOpen ? queue.TryEnqueueRaw(writer.Written) : EnqueueStatus.Closed;
    }

    // An Error that concerns the connection; the link closes after it.
    private void SendConnectionError(ErrorCode code, string text)
    {
        Span<byte> packet = stackalloc byte[TextPacketBytesMax];
        var writer = new PacketWriter(packet);
        bool written = writer.TryWriteError(code, PacketText.Fit(text, TextBytesMax));
        Debug.Assert(written, "the text was cut to fit");
        if (!IsOpen)
        {
            return;
        }

        // Before a secure session has its keys it is said in clear: to a client that opens another session.
        if (Security is not null && !IsSecure)
        {
            queue.TryEnqueueClear(writer.Written);
        }
        else
        {
            queue.TryEnqueueRaw(writer.Written);
        }
    }

    private void SendDisconnect(ErrorCode code, string reason)
    {
        Volatile.Write(ref saidGoodbye, 1);
        Span<byte> packet = stackalloc byte[TextPacketBytesMax];
        var writer = new PacketWriter(packet);
        bool written = writer.TryWriteDisconnect(code, reason);
        Debug.Assert(written, "own texts are short");
        if (IsOpen)
        {
            queue.TryEnqueueRaw(writer.Written);
            Flush();
        }
    }

    private void AnswerPing(in PacketView packet, FlushBatch flush)
    {
        if (packet.Header.IsOneWay)
        {
            return;
        }

        Span<byte> pong = stackalloc byte[PacketHeader.BytesCount + (int)PacketLimits.PingPayloadBytesMax];
        var writer = new PacketWriter(pong);
        bool written = writer.TryWritePong(packet);
        Debug.Assert(written, "the framer has checked the payload of the ping");
        if (IsOpen && queue.TryEnqueueRaw(writer.Written) == EnqueueStatus.Done)
        {
            flush.Add(this);
        }
    }

    // A peer's fault: say which, then close once it is said.
    private void FailPeer(in PacketFault fault, FlushBatch flush)
    {
        SendConnectionError(fault.Code, fault.Text);
        flush.Add(this);
        CloseAfterFlush(CloseReason.ProtocolError, fault.Text);
    }

    // A refused opening is answered outside of any session.
    private void HandleConnectionError(in PacketView packet, string prefix)
    {
        string detail = ErrorPayload.TryRead(packet.Payload, out ErrorPayload error, out _)
            ? $"{error.Code}: {error.ToDisplayString()}"
            : "an error packet that cannot be read";
        Close(CloseReason.RemoteError, prefix + detail);
    }

    private void HandleDisconnect(in PacketView packet)
    {
        ErrorCode code = DisconnectPayload.TryRead(packet.Payload, out DisconnectPayload disconnect, out _)
            ? disconnect.Code
            : ErrorCode.Internal;
        Interlocked.Exchange(ref peerDisconnected, 1);
        if (role == LinkRole.Accepting && RequestsInFlight == 0)
        {
            CloseAfterFlush(CloseReason.PeerClosed, string.Empty);
            return;
        }

        sink.OnDisconnect(this, code);
    }

    private void SendPing()
    {
        if (TrySend(new PacketHeader { Type = PacketType.Ping }, default, default) == EnqueueStatus.Done)
        {
            Flush();
        }
    }
}
