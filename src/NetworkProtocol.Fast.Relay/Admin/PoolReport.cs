namespace NetworkProtocol.Fast.Relay.Admin;

/// <summary>The memory for buffers.</summary>
internal sealed record PoolReport(double LimitBytes, double CommittedBytes, double LeasedBytes, double Refusals);
