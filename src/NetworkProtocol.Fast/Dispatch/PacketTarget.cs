using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;

namespace NetworkProtocol.Fast.Dispatch;

/// <summary>Where the packets of a route go: a handler in this process, or an upstream.</summary>
internal abstract class PacketTarget
{
    /// <summary>Takes one packet; called on the link's receive thread, must not block.</summary>
    /// <returns>Null when the packet is taken care of, else the gate to wait at before it is offered again.</returns>
    internal abstract Gate? Handle(PeerLink link, in PacketView packet, FlushBatch flush);
}
