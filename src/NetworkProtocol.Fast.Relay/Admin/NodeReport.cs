namespace NetworkProtocol.Fast.Relay.Admin;

/// <summary>A node of an upstream. Of its links some are live, some leaving, the others down; its breaker is closed,
/// half_open or open.</summary>
internal sealed record NodeReport(string Upstream, string Endpoint, string Breaker, double Live, double Leaving,
    double Down, double InFlight, double Established, double Failed, double Lost, double PacketsIn, double PacketsOut,
    double BytesIn, double BytesOut, double QueuedBytes);
