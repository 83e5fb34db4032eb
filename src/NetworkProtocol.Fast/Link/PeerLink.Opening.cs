using System;
using System.Buffers;
using System.Diagnostics;
using System.Threading;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Session;

namespace NetworkProtocol.Fast.Link;

/// <summary>Packets that the link itself sends and answers: opening, Hello, Ping, Disconnect, connection
/// errors.</summary>
internal sealed partial class PeerLink
{
    // The opening with the longest Hello fits, and so does every text of ours (they are constants of under 200 bytes).
    private const int TextPacketBytesMax = 512;
    private const int TextBytesMax = TextPacketBytesMax - PacketHeader.BytesCount - PacketLimits.CodeBytes;

    private bool opened;
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
            runtime.RelieveMemory();
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
        if (IsOpen)
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

    private void SendOpening()
    {
        if (Security is not null)
        {
            handshake = Security.Begin(this);
            SendClear(handshake.Output);
            return;
        }

        SendOwnMagic();
        SendHello();
    }

    private void SendOwnMagic() => SendFirst(PlainOpening.Magic);

    private void SendHello()
    {
        Span<byte> hello = stackalloc byte[TextPacketBytesMax];
        var writer = new PacketWriter(hello);
        bool written = writer.TryWriteHello(OwnSettings());
        Debug.Assert(written, "a hello has at most 286 bytes");
        SendFirst(writer.Written);
    }

    private void SendFirst(ReadOnlySpan<byte> bytes)
    {
        if (queue.TryEnqueueRaw(bytes) is EnqueueStatus.NoMemory or EnqueueStatus.Full)
        {
            Close(CloseReason.Overloaded, "no memory to open the session");
        }
    }

    private LinkSettings OwnSettings() => new()
    {
        PayloadBytesMax = (uint)payloadBytesMax,
        Codecs = options.Codecs,
        HeartbeatIntervalMs = (uint)options.HeartbeatInterval.TotalMilliseconds,
        RequestsInFlightMax = (uint)options.RequestsInFlightMax,
        Software = options.Software,
    };

    // Returns false when more bytes are needed first, or the gate to wait at.
    private bool TryOpen(ReadOnlySpan<byte> unread, FlushBatch flush, out Gate? gate)
    {
        gate = null;
        if (handshake is not null)
        {
            return TryShakeHands(unread, flush, out gate);
        }

        OperationStatus status = Security is null ? PlainOpening.Match(unread) : SecureOpening.Match(unread);
        if (status == OperationStatus.NeedMoreData)
        {
            neededBytes = PlainOpening.Magic.Length + 1;
            return false;
        }

        if (status != OperationStatus.Done)
        {
            RefuseOpening(unread, flush);
            return true;
        }

        if (Security is not null)
        {
            handshake = Security.Begin(this);
            return true;
        }

        window.Consume(PlainOpening.Magic.Length);
        opened = true;
        if (role == LinkRole.Accepting)
        {
            SendOpening();
            flush.Add(this);
        }

        return true;
    }

    private void RefuseOpening(ReadOnlySpan<byte> unread, FlushBatch flush)
    {
        // A server that refuses the opening answers with an Error packet instead of the four bytes.
        if (role == LinkRole.Initiating && unread is [(byte)'N', (byte)'P', PacketHeader.Version, ..])
        {
            expectsRefusal = true;
            opened = true;
            return;
        }

        string expected = Security is null ? "a plain session (NPF1)" : "a secure session (NPS1)";
        PacketFault fault = PacketFault.Malformed(Security is not null && unread.StartsWith(SecureOpening.Magic)
            ? $"unknown bits in the negotiation byte 0x{unread[SecureOpening.Magic.Length]:X2} of a secure session"
            : $"expected {expected}, got {PlainOpening.Describe(unread)}");

        // Whoever speaks the protocol hears why. To others a secure listener says nothing.
        if (Security is null || PlainOpening.Match(unread) != OperationStatus.InvalidData)
        {
            FailPeer(in fault, flush);
        }
        else
        {
            Close(CloseReason.ProtocolError, fault.Text);
        }
    }

    private void HandleHello(in PacketView packet, FlushBatch flush)
    {
        if (packet.Header.Type == PacketType.Error && !packet.Header.IsReply)
        {
            HandleConnectionError(in packet);
            return;
        }

        PacketFault fault = PacketFault.Malformed("the first packet must be a hello");
        if (expectsRefusal)
        {
            Close(CloseReason.ProtocolError, "the server opened no session");
            return;
        }

        if (packet.Header.Type != PacketType.Hello
            || !LinkSettings.TryRead(packet.Payload, out LinkSettings announced, out fault))
        {
            FailPeer(in fault, flush);
            return;
        }

        settings = NegotiatedSettings.From(OwnSettings(), in announced);
        Volatile.Write(ref established, true);
        runtime.Wheel.Schedule(this, runtime.Wheel.NowMs + TimerWheel.TickMs);
        sink.OnEstablished(this);
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

    private void HandleConnectionError(in PacketView packet)
    {
        string detail = ErrorPayload.TryRead(packet.Payload, out ErrorPayload error, out _)
            ? $"{error.Code}: {error.ToDisplayString()}"
            : "an error packet that cannot be read";
        Close(CloseReason.RemoteError, detail);
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

    // The packet that waits for memory is answered and dropped as it comes, so that the link lives on.
    private bool GaveUpWaitingForMemory()
    {
        long now = runtime.Wheel.NowMs;
        if (memoryWaitSinceMs == 0)
        {
            memoryWaitSinceMs = now;
        }

        if (now - memoryWaitSinceMs < (long)options.MemoryWaitTimeout.TotalMilliseconds
            || neededBytes <= PacketHeader.BytesCount)
        {
            return false;
        }

        memoryWaitSinceMs = 0;

        // The framer has checked the header, or it would not have known how many bytes are needed.
        PacketHeader header = PacketHeader.Read(window.Unread);
        skipBytes = neededBytes;
        neededBytes = 0;
        FlushBatch flush = FlushBatch.Enter();
        sink.OnDropped(this, in header, flush);
        flush.Leave();
        return true;
    }
}
