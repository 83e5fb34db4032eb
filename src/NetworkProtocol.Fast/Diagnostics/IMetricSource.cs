namespace NetworkProtocol.Fast.Diagnostics;

/// <summary>Something that has values of metrics: a server, an upstream group, the runtime.</summary>
internal interface IMetricSource
{
    /// <summary>Adds its values. Any thread, several at a time; not for the hot path.</summary>
    void Collect(MetricSnapshot snapshot);
}
