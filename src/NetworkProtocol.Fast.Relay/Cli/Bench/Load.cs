using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace NetworkProtocol.Fast.Relay.Cli.Bench;

/// <summary>Messages over some connections; in a closed loop, what comes back sends the next.</summary>
internal abstract class Load : IAsyncDisposable
{
    private readonly List<LoadMeter> meters = [];

    protected Load(LoadShape shape)
    {
        Shape = shape;
        Run = new LoadRun(shape.Connections);
    }

    internal LoadShape Shape { get; }

    internal LoadRun Run { get; }

    /// <summary>Messages that came back within the window, so far.</summary>
    internal long Messages
    {
        get
        {
            long sum = 0;
            foreach (LoadMeter meter in meters)
            {
                sum += meter.Messages;
            }

            return sum;
        }
    }

    /// <summary>Makes every connection.</summary>
    internal abstract Task OpenAsync(CancellationToken cancellationToken);

    /// <summary>Sends the first messages of every connection.</summary>
    internal abstract void Begin();

    /// <summary>Not all is back, and no more is waited for.</summary>
    /// <returns>True when that is a result: the load has counted what is missing.</returns>
    internal virtual bool TryGiveUp() => false;

    internal virtual LatencyHistogram CollectLatencies()
    {
        var all = new LatencyHistogram();
        foreach (LoadMeter meter in meters)
        {
            all.Add(meter.Latencies);
        }

        return all;
    }

    public abstract ValueTask DisposeAsync();

    protected LoadMeter AddMeter()
    {
        var meter = new LoadMeter(Run);
        meters.Add(meter);
        return meter;
    }
}
