namespace NetworkProtocol.Fast.Relay.Admin;

/// <summary>Live links of an upstream, and how many it is to have.</summary>
internal sealed record UpstreamHealth(int Live, int Links);
