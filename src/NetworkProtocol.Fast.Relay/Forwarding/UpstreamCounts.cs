using NetworkProtocol.Fast.Diagnostics;
using NetworkProtocol.Fast.Link;

namespace NetworkProtocol.Fast.Relay.Forwarding;

/// <summary>What links to a node have counted since the start.</summary>
/// <param name="Established">Sessions opened.</param>
/// <param name="Failed">Attempts that opened none.</param>
/// <param name="Lost">Established connections that were lost.</param>
/// <param name="Reconnects">Sessions opened after the first of a link.</param>
/// <param name="Traffic">What went over all of them.</param>
internal readonly record struct UpstreamCounts(
    long Established, long Failed, long Lost, long Reconnects, LinkTraffic Traffic)
{
    public static UpstreamCounts operator +(UpstreamCounts a, UpstreamCounts b) => new(
        a.Established + b.Established,
        a.Failed + b.Failed,
        a.Lost + b.Lost,
        a.Reconnects + b.Reconnects,
        a.Traffic + b.Traffic);

    internal void Collect(MetricSnapshot snapshot, string upstream, string node)
    {
        snapshot.Add(Metrics.UpstreamConnects, Established, upstream, node, "established");
        snapshot.Add(Metrics.UpstreamConnects, Failed, upstream, node, "failed");
        snapshot.Add(Metrics.UpstreamLost, Lost, upstream, node);
        snapshot.Add(Metrics.UpstreamReconnects, Reconnects, upstream, node);
        snapshot.Add(Metrics.UpstreamPackets, Traffic.PacketsReceived, upstream, node, "in");
        snapshot.Add(Metrics.UpstreamPackets, Traffic.PacketsSent, upstream, node, "out");
        snapshot.Add(Metrics.UpstreamBytes, Traffic.BytesReceived, upstream, node, "in");
        snapshot.Add(Metrics.UpstreamBytes, Traffic.BytesSent, upstream, node, "out");
    }
}
