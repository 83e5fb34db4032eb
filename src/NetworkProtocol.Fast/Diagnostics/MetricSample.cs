using System.Linq;

namespace NetworkProtocol.Fast.Diagnostics;

/// <summary>One value of a metric.</summary>
internal sealed class MetricSample(string[] labels)
{
    /// <summary>Values of the labels, in the order of <see cref="MetricDefinition.Labels"/>.</summary>
    internal string[] Labels { get; } = labels;

    /// <summary>The value; of a histogram the sum of its durations in seconds.</summary>
    internal double Value { get; set; }

    /// <summary>Counts of a histogram by <see cref="LatencyBuckets"/>, each bucket by itself; else null.</summary>
    internal long[]? Buckets { get; set; }

    /// <summary>How many durations a histogram has.</summary>
    internal long Count => Buckets?.Sum() ?? 0;
}
