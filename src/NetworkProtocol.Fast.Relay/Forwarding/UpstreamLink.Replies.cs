using System.Buffers;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Memory;
using NetworkProtocol.Fast.Packets;

namespace NetworkProtocol.Fast.Relay.Forwarding;

/// <summary>Replies of the upstream on their way to the clients that asked.</summary>
internal sealed partial class UpstreamLink
{
    private void ForwardReply(
        PeerLink link, PeerLink client, in PacketView packet, uint correlation, FlushBatch flush)
    {
        PacketHeader header = packet.Header with { Correlation = correlation };
        EnqueueStatus status;
        if (!client.Settings.Allows(header.Codec))
        {
            status = SendInflated(link, client, in packet, in header);
            flush.Add(client);
        }
        else if ((uint)packet.Payload.Length > client.Settings.SendPayloadBytesMax)
        {
            status = EnqueueStatus.TooLarge;
        }
        else if (header.Codec != PayloadCodec.None && PayloadInflater.TryReadLength(packet.Payload, header.Codec,
            client.Settings.SendPayloadBytesMax, out _, out PacketFault fault) != OperationStatus.Done)
        {
            Replies.Fail(client, correlation, fault.Code, fault.Text);
            flush.Add(client);
            return;
        }
        else if (link.TryDetachPacket(out BufferLease lease, out int offset))
        {
            header.Write(lease.Span[offset..]);
            status = client.TrySendBlock(lease, offset, header.PacketBytes);
            flush.Add(client);
            if (status != EnqueueStatus.Done)
            {
                lease.Return();
            }
        }
        else
        {
            status = client.TrySendInBatch(in header, default, packet.Payload, flush);
        }

        if (status != EnqueueStatus.Done)
        {
            Settle(client, correlation, status);
            flush.Add(client);
        }
    }

    private void Settle(PeerLink client, uint correlation, EnqueueStatus status)
    {
        switch (status)
        {
            case EnqueueStatus.Full or EnqueueStatus.NoMemory:
                client.EndUnanswered(correlation, status);
                break;
            case EnqueueStatus.TooLarge:
                Replies.Fail(client, correlation, ErrorCode.TooLarge, "the reply is larger than this client accepts");
                break;
            case EnqueueStatus.Closed:
                runtime.Counters.AddDroppedReply();
                break;
        }
    }

    // The client cannot read the codec that the upstream chose.
    private static EnqueueStatus SendInflated(
        PeerLink link, PeerLink client, in PacketView packet, in PacketHeader header)
    {
        if (link.TryInflate(in packet, out BufferLease lease, out int bytes) is { } fault)
        {
            Replies.Fail(client, header.Correlation, fault.Code, fault.Text);
            return EnqueueStatus.Done;
        }

        EnqueueStatus status = client.TrySend(
            header with { Flags = header.Flags & ~(PacketFlags.Lz4 | PacketFlags.Zstd) }, default, lease.Span[..bytes]);
        lease.Return();
        return status;
    }
}
