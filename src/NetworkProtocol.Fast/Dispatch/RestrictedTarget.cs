using System.Collections.Frozen;
using NetworkProtocol.Fast.Diagnostics;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;

namespace NetworkProtocol.Fast.Dispatch;

/// <summary>A route that only some clients may use: those authorised under one of its names. Others hear
/// Unauthorized.</summary>
internal sealed class RestrictedTarget(PacketTarget target, FrozenSet<string> names) : PacketTarget
{
    internal override void CountIn(RouteMeter meter)
    {
        base.CountIn(meter);
        target.CountIn(meter);
    }

    internal override Gate? Handle(PeerLink link, in PacketView packet, FlushBatch flush)
    {
        if (link.Identity is { IsAuthorized: true } client && client.IsNamed(names))
        {
            return target.Handle(link, in packet, flush);
        }

        PacketHeader header = packet.Header;
        Refuse(link, in header, flush, ErrorCode.Unauthorized, "this client may not use this route");
        return null;
    }
}
