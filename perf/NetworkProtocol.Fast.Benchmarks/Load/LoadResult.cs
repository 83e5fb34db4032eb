using System;

namespace NetworkProtocol.Fast.Benchmarks.Load;

/// <summary>One row of <c>npfast bench --json</c>; medians over its rounds.</summary>
internal sealed record LoadResult
{
    public required string Subject { get; init; }

    /// <summary>"native" or "jit".</summary>
    public required string Compilation { get; init; }

    public required int PayloadBytes { get; init; }

    public required int Connections { get; init; }

    public required int InFlight { get; init; }

    public required double MessagesPerSecond { get; init; }

    public required double P50Microseconds { get; init; }

    public required double P99Microseconds { get; init; }

    /// <summary>Null for the raw echo itself.</summary>
    public required double? RatioToRaw { get; init; }

    /// <summary>Null for all but the secure echo.</summary>
    public required double? RatioToPlain { get; init; }

    public required double AllocatedBytesPerMessage { get; init; }

    /// <summary>False where each message is a connection: making one allocates, as it may.</summary>
    internal bool ConnectsNobody => !Subject.EndsWith("connect", StringComparison.Ordinal)
        && !Subject.EndsWith("resumed", StringComparison.Ordinal);

    public required double CpuMicrosecondsPerMessage { get; init; }
}
