using NetworkProtocol.Fast.Diagnostics;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;

namespace NetworkProtocol.Fast.Dispatch;

/// <summary>Where the packets of a route go: a handler in this process, or an upstream.</summary>
internal abstract class PacketTarget
{
    private static readonly RouteMeter Unnamed = new(string.Empty, 0);

    /// <summary>What the packets of its route are counted in. Set before the first one comes.</summary>
    internal RouteMeter Meter { get; private set; } = Unnamed;

    /// <summary>Names the meter.</summary>
    internal virtual void CountIn(RouteMeter meter) => Meter = meter;

    /// <summary>Takes one packet; called on the link's receive thread, must not block.</summary>
    /// <returns>Null when the packet is taken care of, else the gate to wait at before it is offered again.</returns>
    internal abstract Gate? Handle(PeerLink link, in PacketView packet, FlushBatch flush);

    /// <summary>Answers a request with an Error unless it wants no answer, and counts it.</summary>
    private protected void Refuse(
        PeerLink link, in PacketHeader request, FlushBatch flush, ErrorCode code, string text)
    {
        if (request.WantsReply)
        {
            Meter.Count(code);
        }

        Replies.Refuse(link, in request, flush, code, text);
    }
}
