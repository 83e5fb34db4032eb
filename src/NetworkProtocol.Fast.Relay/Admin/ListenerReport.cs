namespace NetworkProtocol.Fast.Relay.Admin;

/// <summary>A listener and what came through it.</summary>
internal sealed record ListenerReport(string Endpoint, double Connections, double Accepted, double Refused,
    double PacketsIn, double PacketsOut, double BytesIn, double BytesOut, double QueuedBytes);
