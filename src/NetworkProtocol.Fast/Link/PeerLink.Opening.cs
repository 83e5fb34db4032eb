using System;
using System.Buffers;
using System.Diagnostics;
using System.Threading;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Session;

namespace NetworkProtocol.Fast.Link;

/// <summary>The opening of a session, up to both Hellos.</summary>
internal sealed partial class PeerLink
{
    private bool opened;

    // The first bytes of an accepted connection open the session that is expected here.
    private bool matched;

    private void SendOpening()
    {
        if (Security is not null)
        {
            handshake = Security.Begin(this)!;
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
        if (handshake is not null && (matched || role == LinkRole.Initiating))
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
            matched = true;
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
            HandleConnectionError(
                in packet, expectsRefusal ? "an unprotected answer, which anybody may have sent: " : string.Empty);
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

        Identity ??= connection.PeerIdentity;
        settings = NegotiatedSettings.From(OwnSettings(), in announced);
        Volatile.Write(ref established, true);
        runtime.Wheel.Schedule(this, runtime.Wheel.NowMs + TimerWheel.TickMs);
        sink.OnEstablished(this);
    }
}
