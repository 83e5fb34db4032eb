namespace NetworkProtocol.Fast.Relay.Admin;

/// <summary>A node of an upstream. Of its links some are live, some leaving, the others down; its breaker is closed,
/// half_open or open, or the node is <see cref="Removed"/> from its upstream and answers what it was asked
/// before.</summary>
internal sealed record NodeReport(string Upstream, string Endpoint, string Breaker, double Live, double Leaving,
    double Down, double InFlight, double Established, double Failed, double Lost, double PacketsIn, double PacketsOut,
    double BytesIn, double BytesOut, double QueuedBytes)
{
    internal const string Removed = "removed";
}
