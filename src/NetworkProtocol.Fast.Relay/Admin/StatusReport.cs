using System.Collections.Generic;

namespace NetworkProtocol.Fast.Relay.Admin;

/// <summary>The relay at one moment, for the page and for <c>npfast status</c>. Counts run from the start of the
/// process; bytes are bytes, times milliseconds unless the name says otherwise.</summary>
internal sealed record StatusReport
{
    public required string App { get; init; }

    public required string Version { get; init; }

    /// <summary>"ready", "degraded" (no upstream can be reached) or "draining".</summary>
    public required string State { get; init; }

    public required long NowUnixMs { get; init; }

    public required double UptimeSeconds { get; init; }

    public required Totals Now { get; init; }

    public required ProcessUsage Process { get; init; }

    public required PoolReport Pool { get; init; }

    public required IReadOnlyList<ListenerReport> Listeners { get; init; }

    public required IReadOnlyList<NodeReport> Nodes { get; init; }

    public required IReadOnlyList<RouteReport> Routes { get; init; }

    /// <summary>Names and values of the limits in force, as they are configured.</summary>
    public required IReadOnlyList<LimitReport> Limits { get; init; }

    /// <summary>Pauses, waits, drops and refusals by name, since the start.</summary>
    public required IReadOnlyDictionary<string, double> Events { get; init; }

    public required string LogLevel { get; init; }

    /// <summary>What the configuration says otherwise than the relay was started with: a restart changes it.</summary>
    public required IReadOnlyList<string> NeedsRestart { get; init; }
}
