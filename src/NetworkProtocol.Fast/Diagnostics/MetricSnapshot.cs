using System;
using System.Collections.Generic;

namespace NetworkProtocol.Fast.Diagnostics;

/// <summary>The values of all metrics at one time. Values with the same labels are added up, so that several sources
/// may have a part in one. One thread at a time while it is filled.</summary>
/// <param name="wanted">The metrics that are looked at; others are left out. Null for all.</param>
internal sealed class MetricSnapshot(IReadOnlySet<MetricDefinition>? wanted = null)
{
    private readonly Dictionary<MetricDefinition, Dictionary<string, MetricSample>> samples = [];

    /// <summary>The samples of a metric, in the order they came; empty when there are none.</summary>
    internal IReadOnlyCollection<MetricSample> this[MetricDefinition metric] =>
        samples.TryGetValue(metric, out Dictionary<string, MetricSample>? found) ? found.Values : [];

    /// <summary>Whether anyone looks at a metric: a source whose value costs something asks before.</summary>
    internal bool Wants(MetricDefinition metric) => wanted is null || wanted.Contains(metric);

    internal void Add(MetricDefinition metric, double value, params string[] labels)
    {
        if (Wants(metric))
        {
            SampleOf(metric, labels).Value += value;
        }
    }

    /// <summary>Adds a histogram.</summary>
    /// <param name="metric">Which.</param>
    /// <param name="buckets">Counts by <see cref="LatencyBuckets"/>, each bucket by itself.</param>
    /// <param name="seconds">All durations together.</param>
    /// <param name="labels">Values of the labels.</param>
    internal void AddHistogram(
        MetricDefinition metric, ReadOnlySpan<long> buckets, double seconds, params string[] labels)
    {
        if (!Wants(metric))
        {
            return;
        }

        MetricSample sample = SampleOf(metric, labels);
        sample.Value += seconds;
        sample.Buckets ??= new long[LatencyBuckets.Count];
        for (int i = 0; i < buckets.Length; i++)
        {
            sample.Buckets[i] += buckets[i];
        }
    }

    private MetricSample SampleOf(MetricDefinition metric, string[] labels)
    {
        if (labels.Length != metric.Labels.Length)
        {
            throw new ArgumentException($"{metric.Name} has {metric.Labels.Length} labels", nameof(labels));
        }

        if (!samples.TryGetValue(metric, out Dictionary<string, MetricSample>? ofMetric))
        {
            ofMetric = new Dictionary<string, MetricSample>(StringComparer.Ordinal);
            samples.Add(metric, ofMetric);
        }

        // No label has this separator: endpoints, names and constants.
        string key = string.Join('\u001f', labels);
        if (!ofMetric.TryGetValue(key, out MetricSample? sample))
        {
            sample = new MetricSample(labels);
            ofMetric.Add(key, sample);
        }

        return sample;
    }
}
