namespace NetworkProtocol.Fast.Benchmarks.Measuring;

/// <summary>What was measured, and how.</summary>
internal sealed record CellKey
{
    public required string Scenario { get; init; }

    /// <summary>One core, apart or free.</summary>
    public required string Placement { get; init; }

    /// <summary>Whom the load was on.</summary>
    public required string Subject { get; init; }

    /// <summary>Bytes in each direction for a message, without header.</summary>
    public int PayloadBytes { get; init; }

    public int Connections { get; init; }

    /// <summary>Messages under way on each connection; 0 where there is no such number.</summary>
    public int InFlight { get; init; }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Scenario}, {Placement}, {Subject}, {PayloadBytes} B, {Connections} x {InFlight}";
}
