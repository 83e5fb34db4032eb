namespace NetworkProtocol.Fast.Benchmarks.Budgets;

/// <summary>What a result of <c>npfast bench</c> must keep to.</summary>
internal sealed record LoadBudget
{
    public required string Subject { get; init; }

    public required int PayloadBytes { get; init; }

    public required int Connections { get; init; }

    /// <summary>Least throughput as a share of the raw byte echo's in the same run.</summary>
    public double? RatioToRawMin { get; init; }

    /// <summary>Least throughput as a share of the plain echo's in the same run.</summary>
    public double? RatioToPlainMin { get; init; }

    /// <summary>Bytes allocated for one message by all that takes part in it, the generator too.</summary>
    public double? AllocatedBytesPerMessageMax { get; init; }
}
