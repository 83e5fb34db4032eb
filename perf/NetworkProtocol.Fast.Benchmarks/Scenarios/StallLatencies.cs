using System.Collections.Generic;
using NetworkProtocol.Fast.Benchmarks.Measuring;
using NetworkProtocol.Fast.Relay.Cli;

namespace NetworkProtocol.Fast.Benchmarks.Scenarios;

/// <summary>
/// Latencies of the others before and beside a stall, of all rounds together: the p99 of one round hangs on a few dozen
/// requests, and its ratio on what else the machine did then.
/// </summary>
internal sealed class StallLatencies
{
    internal LatencyHistogram Before { get; } = new();

    internal LatencyHistogram Beside { get; } = new();

    /// <summary>Adds the ratio to the figures of the last round.</summary>
    internal void AddTo(Dictionary<string, double>? lastRound)
    {
        if (lastRound is not null && Before.Count > 0 && Beside.Count > 0)
        {
            lastRound[FigureName.StalledP99Ratio] =
                Beside.PercentileMicroseconds(0.99) / Before.PercentileMicroseconds(0.99);
        }
    }
}
