namespace NetworkProtocol.Fast.Benchmarks.Budgets;

/// <summary>What a micro benchmark must keep to.</summary>
internal sealed record MicroBudget
{
    /// <summary>Class.Method, and [Name=Value] of its parameters if it has any.</summary>
    public required string Benchmark { get; init; }

    /// <summary>Bytes allocated for one operation.</summary>
    public double? AllocatedBytesMax { get; init; }

    /// <summary>Class.Method of the yardstick for <see cref="RatioMax"/>.</summary>
    public string? Baseline { get; init; }

    /// <summary>Most time as a share of the baseline's.</summary>
    public double? RatioMax { get; init; }
}
