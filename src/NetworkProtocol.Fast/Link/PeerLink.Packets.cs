using System;
using System.Buffers;
using System.Runtime.CompilerServices;
using System.Threading;
using NetworkProtocol.Fast.Memory;
using NetworkProtocol.Fast.Packets;

namespace NetworkProtocol.Fast.Link;

/// <summary>Packets out of the receive window, on the thread that owns the receive side.</summary>
internal sealed partial class PeerLink
{
    /// <summary>
    /// Hands over the block of the packet that the sink is looking at, so that a large packet travels on
    /// without a copy. To be called from <see cref="ILinkSink.OnPacket"/> only. The packet then counts as handled,
    /// and the view of it is valid only until the block is passed on or returned.
    /// </summary>
    /// <returns>False when the packet is small or shares its block with others.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryDetachPacket(out BufferLease lease, out int offset)
    {
        if (packetBytesInHand > SendQueue.InlineBytesMax)
        {
            return TryDetachLarge(out lease, out offset);
        }

        lease = default;
        offset = 0;
        return false;
    }

    private bool TryDetachLarge(out BufferLease lease, out int offset)
    {
        if (window.UnreadBytes != packetBytesInHand)
        {
            lease = default;
            offset = 0;
            return false;
        }

        offset = window.UnreadOffset;
        lease = window.Detach();
        packetDetached = true;
        return true;
    }

    // The inner loop: owns bytes. Returns the gate to wait at, or null when more bytes are needed.
    private Gate? HandleWindow(FlushBatch flush)
    {
        bool progress = false;
        while (true)
        {
            if (Volatile.Read(ref closeState) != StateOpen)
            {
                window.Consume(window.UnreadBytes);
                secure?.Incoming.Release();
                neededBytes = 0;
                return null;
            }

            ReadOnlySpan<byte> unread = window.Unread;
            if (skipBytes > 0)
            {
                int skipped = (int)Math.Min(skipBytes, unread.Length);
                window.Consume(skipped);
                skipBytes -= skipped;
                unread = window.Unread;
            }

            if (unread.IsEmpty)
            {
                neededBytes = 0;
                if (TryOpenRecord())
                {
                    continue;
                }

                NoteRecord(progress);
                return null;
            }

            if (!opened)
            {
                if (!TryOpen(unread, flush, out Gate? handshakeGate))
                {
                    return handshakeGate;
                }

                continue;
            }

            OperationStatus status = PacketFramer.Read(unread, AcceptedPayloadBytes, out PacketView packet,
                out int packetBytes, out PacketFault fault);
            if (status == OperationStatus.NeedMoreData)
            {
                neededBytes = packetBytes;
                if (TryOpenRecord())
                {
                    continue;
                }

                NotePartial(progress);
                return null;
            }

            if (status != OperationStatus.Done)
            {
                FailPeer(in fault, flush);
                continue;
            }

            progress = true;
            packetBytesInHand = packetBytes;
            Gate? wait = HandlePacket(in packet, flush);
            if (wait is not null)
            {
                return wait;
            }

            PacketDeadlineMs = 0;
            Volatile.Write(ref packetsReceived, packetsReceived + 1);
            if (packetDetached)
            {
                packetDetached = false;
                receiveBytes = ReceiveBytesMax;
            }
            else
            {
                window.Consume(packetBytes);
            }
        }
    }

    // The window ends within a packet; the time it may take to come runs from its first byte.
    private void NotePartial(bool isNew)
    {
        if (isNew || partialSinceMs == 0)
        {
            long now = runtime.Wheel.NowMs;
            Volatile.Write(ref partialSinceMs, now);
            runtime.Wheel.ScheduleNoLater(this, PartialLimitMs(now));
        }
    }

    // Before its Hello a peer may only say what fits a control packet.
    private uint AcceptedPayloadBytes => established ? (uint)payloadBytesMax : PacketLimits.ControlPayloadBytesMax;

    private Gate? HandlePacket(in PacketView packet, FlushBatch flush)
    {
        if (!established)
        {
            HandleHello(in packet, flush);
            return null;
        }

        PacketType type = packet.Header.Type;
        if (type is PacketType.Echo or >= PacketType.Custom and not PacketType.Error)
        {
            return TakePacket(in packet, flush);
        }

        switch (type)
        {
            case PacketType.Hello:
                FailPeer(PacketFault.Malformed("a second hello"), flush);
                return null;
            case PacketType.Ping when role == LinkRole.Accepting && packet.Header.WantsReply && queue.IsHigh:
                return gate;
            case PacketType.Ping:
                AnswerPing(in packet, flush);
                return null;
            case PacketType.Pong when packet.Header.Correlation == 0:
                return null;
            case PacketType.Disconnect:
                HandleDisconnect(in packet);
                return null;
            case PacketType.Error when !packet.Header.IsReply:
                HandleConnectionError(in packet, string.Empty);
                return null;
            default:
                return TakePacket(in packet, flush);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Gate? TakePacket(in PacketView packet, FlushBatch flush)
    {
        trafficSeen = true;
        return MustWaitToAnswer(in packet) ? gate : sink.OnPacket(this, in packet, flush);
    }

    // A peer that does not read its replies, or has enough unanswered requests, is not read either. One-way packets
    // that an asynchronous handler works on count as such requests, each holds a block. Replies never wait: if they
    // did, two relays whose queues to each other are full would never read again.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool MustWaitToAnswer(in PacketView packet) =>
        role == LinkRole.Accepting
        && !packet.Header.IsReply
        && (RequestsInFlight >= Volatile.Read(ref requestWindow) || (packet.Header.WantsReply && queue.IsHigh));
}
