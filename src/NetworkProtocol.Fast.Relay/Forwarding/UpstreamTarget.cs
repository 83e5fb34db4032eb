using System.Buffers;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Memory;
using NetworkProtocol.Fast.Packets;

namespace NetworkProtocol.Fast.Relay.Forwarding;

/// <summary>
/// Forwards packets to an upstream: chooses a link, enters the request into its table, and passes the
/// packet on with the table's correlation and one hop less. The payload is neither copied twice nor decompressed on
/// the way.
/// </summary>
internal sealed class UpstreamTarget(UpstreamGroup group) : PacketTarget
{
    // A link that closes under our hands is rare; another one is tried this often before the client hears of it.
    private const int AttemptsMax = 3;

    internal override Gate? Handle(PeerLink client, in PacketView packet, FlushBatch flush)
    {
        PacketHeader header = packet.Header;
        if (header.Hops == 0)
        {
            Refuse(client, in header, flush, ErrorCode.HopLimit, "the packet has passed too many relays");
            return null;
        }

        if (!client.Settings.Allows(header.Codec))
        {
            Refuse(client, in header, flush, ErrorCode.DecompressionFailed,
                "the codec of this payload was not agreed on");
            return null;
        }

        for (int attempt = 0; attempt < AttemptsMax; attempt++)
        {
            bool isProbe = false;
            UpstreamLink? upstream = header.WantsReply
                ? group.ChooseForRequest(flush, out isProbe)
                : group.ChooseByConnection(client.Connection.Id);
            if (upstream is null)
            {
                break;
            }

            // It may have been taken out of its group this very moment: choose again.
            if (upstream.Live is not { } link)
            {
                if (isProbe)
                {
                    upstream.Breaker.GiveBack();
                }

                continue;
            }

            Gate? wait = link.IsHigh ? link.Gate : header.WantsReply ? upstream.GateFor(client, link) : null;
            uint correlation = 0;
            if (wait is null && header.WantsReply && !upstream.TryBegin(
                client, in header, Meter, flush, out correlation))
            {
                wait = upstream.Gate;
            }

            if (isProbe && wait is null)
            {
                upstream.Breaker.Probe(upstream, correlation);
            }
            else if (isProbe)
            {
                upstream.Breaker.GiveBack();
            }

            if (wait is not null && !flush.LeaveWay())
            {
                return WaitAt(wait, client, upstream, in header, flush);
            }

            if (wait is not null)
            {
                continue;
            }

            if (TryForward(client, upstream, link, in packet, correlation, flush))
            {
                return null;
            }
        }

        Refuse(client, in header, flush, ErrorCode.NoUpstream, group.IsConnected
            ? "every node of the upstream fails; they are tried again one request at a time"
            : "no upstream is connected");
        return null;
    }

    // A packet waits no longer than its reply may take. One-way packets are dropped then: they are sent at most once.
    private Gate? WaitAt(
        Gate gate, PeerLink client, UpstreamLink upstream, in PacketHeader header, FlushBatch flush)
    {
        long now = client.Runtime.Wheel.NowMs;
        if (client.PacketDeadlineMs == 0)
        {
            client.PacketDeadlineMs = client.Runtime.Wheel.DeadlineAfter(upstream.TimeoutMs);
        }
        else if (client.PacketDeadlineMs <= now)
        {
            Refuse(client, in header, flush, ErrorCode.Timeout, "the upstream took no request in time");
            return null;
        }

        return gate;
    }

    // False: nothing was done, another link may take the packet.
    private bool TryForward(
        PeerLink client, UpstreamLink upstream, PeerLink link, in PacketView packet, uint correlation, FlushBatch flush)
    {
        PacketHeader header = packet.Header;
        EnqueueStatus status = Send(
            client, link, in packet, correlation, flush, out bool consumed, out PacketFault fault);
        if (status == EnqueueStatus.Done)
        {
            if (!header.WantsReply)
            {
                flush.CountOneWay(Meter);
            }

            return true;
        }

        // The end of the link may have answered the request already.
        if (header.WantsReply && !upstream.TryTakeBack(correlation))
        {
            return true;
        }

        bool again = status == EnqueueStatus.Closed && !consumed;
        if (!again)
        {
            PacketFault said = fault.IsNone ? FaultOf(status) : fault;
            Refuse(client, in header, flush, said.Code, said.Text);
        }

        // After the answer is queued: the end of the last request may close a client that has said goodbye.
        if (header.WantsReply)
        {
            client.RequestEnded();
        }

        return !again;
    }

    private static PacketFault FaultOf(EnqueueStatus status) => status switch
    {
        EnqueueStatus.TooLarge => new PacketFault(
                ErrorCode.TooLarge, "the payload is larger than the upstream accepts"),
        EnqueueStatus.Closed => new PacketFault(ErrorCode.NoUpstream, "the upstream was lost"),
        EnqueueStatus.NoMemory => new PacketFault(ErrorCode.Overloaded, "no memory to queue the request"),
        _ => new PacketFault(ErrorCode.Overloaded, "the queue to the upstream is full"),
    };

    private static EnqueueStatus Send(
        PeerLink client,
        PeerLink link,
        in PacketView packet,
        uint correlation,
        FlushBatch flush,
        out bool consumed,
        out PacketFault fault)
    {
        fault = default;
        PacketHeader header = packet.Header;
        header = header.With((byte)(header.Hops - 1), correlation);
        consumed = false;
        if (!link.Settings.Allows(header.Codec))
        {
            flush.Add(link);
            return SendInflated(client, link, in packet, in header, out fault);
        }

        if ((uint)packet.Payload.Length > link.Settings.SendPayloadBytesMax)
        {
            return EnqueueStatus.TooLarge;
        }

        if (header.Codec != PayloadCodec.None && PayloadInflater.TryReadLength(
            packet.Payload, header.Codec, link.Settings.SendPayloadBytesMax, out _, out fault) != OperationStatus.Done)
        {
            return EnqueueStatus.Full;
        }

        if (!client.TryDetachPacket(out BufferLease lease, out int offset))
        {
            return link.TrySendInBatch(in header, packet.Name, packet.Payload, flush);
        }

        consumed = true;
        header.Write(lease.Span[offset..]);
        EnqueueStatus status = link.TrySendBlock(lease, offset, header.PacketBytes);
        flush.Add(link);
        if (status != EnqueueStatus.Done)
        {
            lease.Return();
        }

        return status;
    }

    // The upstream cannot read the codec that the client chose.
    private static EnqueueStatus SendInflated(
        PeerLink client, PeerLink link, in PacketView packet, in PacketHeader header, out PacketFault fault)
    {
        fault = default;
        if (client.TryInflate(in packet, out BufferLease lease, out int bytes) is { } refused)
        {
            fault = refused;
            return EnqueueStatus.Full;
        }

        EnqueueStatus status = link.TrySend(
            header with { Flags = header.Flags & ~(PacketFlags.Lz4 | PacketFlags.Zstd) }, packet.Name,
            lease.Span[..bytes]);
        lease.Return();
        return status;
    }
}
