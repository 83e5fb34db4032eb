namespace NetworkProtocol.Fast.Diagnostics;

/// <summary>How values of a metric are to be read.</summary>
internal enum MetricKind
{
    /// <summary>Only rises, from 0 at the start of the process.</summary>
    Counter,

    /// <summary>What is so now.</summary>
    Gauge,

    /// <summary>Durations counted in buckets.</summary>
    Histogram,
}
