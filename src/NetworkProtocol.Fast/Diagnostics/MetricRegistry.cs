using System;
using System.Collections.Generic;
using System.Diagnostics.Metrics;
using System.Threading;

namespace NetworkProtocol.Fast.Diagnostics;

/// <summary>
/// Where the values of the metrics come from, and the <see cref="Meter"/> that publishes them to whoever listens in
/// this process (OpenTelemetry, dotnet-counters). All instruments are observable: nothing is done for a metric until it
/// is looked at. Thread-safe.
/// </summary>
internal sealed class MetricRegistry : IDisposable
{
    // A listener asks for one instrument after the other; all of them are answered from one look.
    private static readonly TimeSpan Freshness = TimeSpan.FromMilliseconds(100);

    private readonly Lock gate = new();
    private readonly Meter meter = new(Metrics.MeterName);
    private IMetricSource[] sources = [];
    private MetricSnapshot? last;
    private long lastTaken;

    internal MetricRegistry()
    {
        Add(Routes);
        foreach (MetricDefinition metric in Metrics.All)
        {
            Publish(metric);
        }
    }

    internal RouteMeters Routes { get; } = new();

    internal void Add(IMetricSource source)
    {
        lock (gate)
        {
            sources = [.. sources, source];
        }
    }

    internal void Remove(IMetricSource source)
    {
        lock (gate)
        {
            sources = Array.FindAll(sources, s => !ReferenceEquals(s, source));
        }
    }

    /// <summary>The values of the metrics now.</summary>
    /// <param name="wanted">Which; null for all.</param>
    internal MetricSnapshot Collect(IReadOnlySet<MetricDefinition>? wanted = null)
    {
        IMetricSource[] all;
        lock (gate)
        {
            all = sources;
        }

        var snapshot = new MetricSnapshot(wanted);
        foreach (IMetricSource source in all)
        {
            source.Collect(snapshot);
        }

        return snapshot;
    }

    public void Dispose() => meter.Dispose();

    private void Publish(MetricDefinition metric)
    {
        switch (metric.Kind)
        {
            case MetricKind.Counter:
                meter.CreateObservableCounter(metric.Name, () => Measure(metric), metric.Unit, metric.Help);
                break;
            case MetricKind.Gauge:
                meter.CreateObservableGauge(metric.Name, () => Measure(metric), metric.Unit, metric.Help);
                break;
            default:
                // There is no observable histogram, so its parts are counters, as Prometheus has them.
                meter.CreateObservableCounter(
                    metric.Name + ".bucket", () => MeasureBuckets(metric), "{item}", metric.Help);
                meter.CreateObservableCounter(metric.Name + ".sum", () => Measure(metric), metric.Unit, metric.Help);
                break;
        }
    }

    private List<Measurement<double>> Measure(MetricDefinition metric)
    {
        var measured = new List<Measurement<double>>();
        foreach (MetricSample sample in Recent()[metric])
        {
            measured.Add(new Measurement<double>(sample.Value, TagsOf(metric, sample)));
        }

        return measured;
    }

    // Cumulative, as Prometheus has them.
    private List<Measurement<long>> MeasureBuckets(MetricDefinition metric)
    {
        var measured = new List<Measurement<long>>();
        foreach (MetricSample sample in Recent()[metric])
        {
            long sum = 0;
            for (int i = 0; i < sample.Buckets!.Length; i++)
            {
                sum += sample.Buckets[i];
                double bound = i < LatencyBuckets.Bounds.Length ? LatencyBuckets.Bounds[i] : double.PositiveInfinity;
                measured.Add(new Measurement<long>(sum, [.. TagsOf(metric, sample), new("le", bound)]));
            }
        }

        return measured;
    }

    private static KeyValuePair<string, object?>[] TagsOf(MetricDefinition metric, MetricSample sample)
    {
        var tags = new KeyValuePair<string, object?>[sample.Labels.Length];
        for (int i = 0; i < tags.Length; i++)
        {
            tags[i] = new KeyValuePair<string, object?>(metric.Labels[i], sample.Labels[i]);
        }

        return tags;
    }

    private MetricSnapshot Recent()
    {
        long now = Environment.TickCount64;
        lock (gate)
        {
            if (last is { } recent && now - lastTaken < Freshness.TotalMilliseconds)
            {
                return recent;
            }
        }

        MetricSnapshot taken = Collect();
        lock (gate)
        {
            last = taken;
            lastTaken = now;
        }

        return taken;
    }
}
