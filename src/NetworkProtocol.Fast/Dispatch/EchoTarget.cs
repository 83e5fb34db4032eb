using System.Buffers;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Memory;
using NetworkProtocol.Fast.Packets;

namespace NetworkProtocol.Fast.Dispatch;

/// <summary>
/// The built-in ECHO and PING: returns the payload as it came, compressed or not, and a large one in the
/// very block it was received in.
/// </summary>
internal sealed class EchoTarget : PacketTarget
{
    internal override Gate? Handle(PeerLink link, in PacketView packet, FlushBatch flush)
    {
        if (!packet.Header.WantsReply)
        {
            flush.CountOneWay(Meter);
            return null;
        }

        PacketFlags codec = (PacketFlags)packet.Header.Codec;
        PacketHeader reply = packet.Header.ToReply() with
        {
            Flags = PacketFlags.Reply | codec,
            PayloadLength = packet.Header.PayloadLength,
        };
        if (!link.Settings.Allows(packet.Header.Codec))
        {
            Refuse(link, packet.Header, flush, ErrorCode.DecompressionFailed,
                "the codec of this payload was not agreed on");
            return null;
        }

        if (packet.Payload.Length > link.Settings.SendPayloadBytesMax)
        {
            Refuse(link, packet.Header, flush, ErrorCode.TooLarge, "the reply is larger than the peer accepts");
            return null;
        }

        if (packet.Header.Codec != PayloadCodec.None && PayloadInflater.TryReadLength(packet.Payload,
            packet.Header.Codec, link.Settings.SendPayloadBytesMax, out _, out PacketFault fault)
            != OperationStatus.Done)
        {
            Refuse(link, packet.Header, flush, fault.Code, fault.Text);
            return null;
        }

        EnqueueStatus status;
        if (link.TryDetachPacket(out BufferLease lease, out int offset))
        {
            // The name, if any, stands between header and payload: the reply has none, its header moves up to the
            // payload.
            int start = offset + packet.Header.NameLength;
            reply.Write(lease.Span[start..]);
            status = link.TrySendBlock(lease, start, reply.PacketBytes);
            flush.Add(link);
            if (status != EnqueueStatus.Done)
            {
                lease.Return();
            }
        }
        else
        {
            status = link.TrySendInBatch(in reply, default, packet.Payload, flush);
        }

        if (status == EnqueueStatus.Done)
        {
            flush.CountAnswered(Meter);
        }
        else
        {
            Meter.Count(ErrorCode.Overloaded);
            link.EndUnanswered(reply.Correlation, status);
            flush.Add(link);
        }

        return null;
    }
}
