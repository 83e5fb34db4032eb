using System;
using System.Collections.Generic;
using System.Threading;
using NetworkProtocol.Fast.Diagnostics;

namespace NetworkProtocol.Fast.Relay.Admin;

/// <summary>The sums of the last five minutes, one for each second, so that a page that is opened shows what was
/// before. Thread-safe.</summary>
internal sealed class History : IDisposable
{
    internal const int IntervalMs = 1000;
    internal const int SamplesMax = 300;

    private readonly Lock gate = new();
    private readonly Queue<Totals> samples = new(SamplesMax);
    private readonly MetricRegistry metrics;
    private readonly Timer timer;
    private int sampling;

    internal History(MetricRegistry metrics)
    {
        this.metrics = metrics;
        timer = new Timer(static state => ((History)state!).Sample(), this, 0, IntervalMs);
    }

    internal IReadOnlyList<Totals> Samples
    {
        get
        {
            lock (gate)
            {
                return [.. samples];
            }
        }
    }

    internal static Totals TotalsOf(MetricSnapshot now)
    {
        double requests = now.Sum(Metrics.Requests);
        return new Totals
        {
            UnixMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(),
            Connections = now.Sum(Metrics.Connections),
            Requests = requests,
            Errors = requests - now.Sum(Metrics.Requests, null, "ok"),
            PacketsIn = now.Sum(Metrics.Packets, null, "in"),
            PacketsOut = now.Sum(Metrics.Packets, null, "out"),
            BytesIn = now.Sum(Metrics.Bytes, null, "in"),
            BytesOut = now.Sum(Metrics.Bytes, null, "out"),
            InFlight = now.Sum(Metrics.UpstreamInFlight),
            QueuedBytes = now.Sum(Metrics.SendQueue) + now.Sum(Metrics.UpstreamSendQueue),
            PoolLeasedBytes = now.Sum(Metrics.PoolLeased),
            CpuSeconds = now.Sum(Metrics.ProcessCpu),
            Durations = now.Buckets(Metrics.RequestDuration),
        };
    }

    public void Dispose() => timer.Dispose();

    private void Sample()
    {
        // A machine that stood still brings several ticks at once; one of them is enough.
        if (Interlocked.Exchange(ref sampling, 1) != 0)
        {
            return;
        }

        Totals now = TotalsOf(metrics.Collect());
        lock (gate)
        {
            if (samples.Count == SamplesMax)
            {
                samples.Dequeue();
            }

            samples.Enqueue(now);
        }

        Volatile.Write(ref sampling, 0);
    }
}
