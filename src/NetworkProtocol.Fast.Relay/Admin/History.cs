using System;
using System.Collections.Frozen;
using System.Collections.Generic;
using System.Threading;
using Microsoft.Extensions.Logging;
using NetworkProtocol.Fast.Diagnostics;
using NetworkProtocol.Fast.Link;

namespace NetworkProtocol.Fast.Relay.Admin;

/// <summary>The sums of the last five minutes, one for each second, so that a page that is opened shows what was
/// before. Thread-safe.</summary>
internal sealed class History : IDisposable
{
    internal const int IntervalMs = 1000;
    internal const int SamplesMax = 300;

    /// <summary>What <see cref="TotalsOf"/> adds up: each second nothing else is read.</summary>
    internal static readonly FrozenSet<MetricDefinition> Wanted = FrozenSet.Create(
        Metrics.Requests, Metrics.Connections, Metrics.Packets, Metrics.Bytes, Metrics.UpstreamInFlight,
        Metrics.SendQueue, Metrics.UpstreamSendQueue, Metrics.PoolLeased, Metrics.ProcessCpu,
        Metrics.RequestDuration);

    private readonly Lock gate = new();
    private readonly LogPace faults = new();
    private readonly Queue<Totals> samples = new(SamplesMax);
    private readonly MetricRegistry metrics;
    private readonly ILogger logger;
    private readonly Timer timer;
    private int sampling;

    internal History(MetricRegistry metrics, ILogger logger)
    {
        this.logger = logger;
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

        try
        {
            Totals now = TotalsOf(metrics.Collect(Wanted));
            lock (gate)
            {
                if (samples.Count == SamplesMax)
                {
                    samples.Dequeue();
                }

                samples.Enqueue(now);
            }
        }
#pragma warning disable CA1031 // A sample may be missing; thrown out of a timer it would end the relay.
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (faults.TryTell(Environment.TickCount64, out long before))
            {
                AdminLog.NoSample(logger, e, before);
            }
        }
        finally
        {
            Volatile.Write(ref sampling, 0);
        }
    }
}
