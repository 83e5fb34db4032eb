namespace NetworkProtocol.Fast.Relay.Admin;

/// <summary>A limit in force.</summary>
internal sealed record LimitReport(string Name, string Value);
