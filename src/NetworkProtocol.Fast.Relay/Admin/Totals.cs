namespace NetworkProtocol.Fast.Relay.Admin;

/// <summary>The sums over everything at one time: what the plots are made of. Counts run from the start.</summary>
internal sealed record Totals
{
    public required long UnixMs { get; init; }

    public required double Connections { get; init; }

    public required double Requests { get; init; }

    public required double Errors { get; init; }

    public required double PacketsIn { get; init; }

    public required double PacketsOut { get; init; }

    public required double BytesIn { get; init; }

    public required double BytesOut { get; init; }

    public required double InFlight { get; init; }

    public required double QueuedBytes { get; init; }

    public required double PoolLeasedBytes { get; init; }

    public required double CpuSeconds { get; init; }

    /// <summary>Durations of all routes together in the fixed buckets, each by itself.</summary>
    public required long[] Durations { get; init; }
}
