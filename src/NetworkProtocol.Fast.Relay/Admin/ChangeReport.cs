namespace NetworkProtocol.Fast.Relay.Admin;

/// <summary>What came of a change.</summary>
internal sealed record ChangeReport(bool Done, string Message);
