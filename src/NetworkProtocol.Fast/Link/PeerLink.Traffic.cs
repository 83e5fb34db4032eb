using System.Threading;

namespace NetworkProtocol.Fast.Link;

/// <summary>What has gone over the link. Each side counts what it does, others only read.</summary>
internal sealed partial class PeerLink
{
    // The receive side's own.
    private long packetsReceived;
    private long bytesReceived;

    // The send side's own. Those that went through the queue are counted there.
    private long packetsHeld;
    private long bytesSent;

    /// <summary>Packets and bytes so far; close to each other, exact once the link is over. Any thread.</summary>
    internal LinkTraffic Traffic => new(
        Volatile.Read(ref packetsReceived),
        Volatile.Read(ref bytesReceived),
        Volatile.Read(ref packetsHeld) + queue.PacketsTaken,
        Volatile.Read(ref bytesSent));
}
