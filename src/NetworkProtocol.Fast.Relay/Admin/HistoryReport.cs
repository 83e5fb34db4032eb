using System.Collections.Generic;

namespace NetworkProtocol.Fast.Relay.Admin;

/// <summary>What was so in the last minutes, the oldest first.</summary>
internal sealed record HistoryReport(int IntervalMs, double[] DurationBounds, IReadOnlyList<Totals> Samples);
