using System.Collections.Generic;

namespace NetworkProtocol.Fast.Relay.Admin;

/// <summary>A route and what became of its packets. Percentiles in seconds, the upper bound of their bucket; null
/// while nothing was timed.</summary>
internal sealed record RouteReport(string Match, string Target, double Requests, double Errors, double OneWay,
    double? P50, double? P99, IReadOnlyDictionary<string, double> Outcomes, long[] Durations);
