using System;
using System.Diagnostics;
using System.Threading;
using NetworkProtocol.Fast.Packets;

namespace NetworkProtocol.Fast.Diagnostics;

/// <summary>
/// What became of the packets of one route. Any thread adds; threads that handle packets add up first what one batch of
/// them brings, in a <see cref="RouteTally"/>.
/// </summary>
internal sealed class RouteMeter
{
    private readonly OutcomeCounts outcomes = new();
    private readonly long[] buckets = new long[LatencyBuckets.Count];
    private long ticks;
    private long oneWay;

    internal RouteMeter(string route, ushort id)
    {
        Route = route;
        Id = id;
    }

    /// <summary>The route's match, as it was configured.</summary>
    internal string Route { get; }

    /// <summary>Its place in <see cref="RouteMeters"/>.</summary>
    internal ushort Id { get; }

    /// <summary>Requests that ended, whatever their outcome.</summary>
    internal long Requests => outcomes.Sum;

    /// <summary>Requests that ended with an Error.</summary>
    internal long Errors => Requests - outcomes.Ok;

    /// <summary>A request that ended after this time, in ticks of <see cref="Stopwatch"/>.</summary>
    internal void Record(ErrorCode outcome, long elapsed)
    {
        Count(outcome);
        Interlocked.Increment(ref buckets[LatencyBuckets.IndexOf(elapsed)]);
        Interlocked.Add(ref ticks, elapsed);
    }

    /// <summary>A request that ended where it came in, and is not timed.</summary>
    internal void Count(ErrorCode outcome) => outcomes.Add(outcome);

    /// <summary>Requests that all got their replies after this time.</summary>
    internal void RecordReplies(long count, long elapsed)
    {
        AddToBucket(LatencyBuckets.IndexOf(elapsed), count);
        AddReplies(count, elapsed * count);
    }

    internal void AddReplies(long count, long elapsedTicks)
    {
        outcomes.AddOk(count);
        Interlocked.Add(ref ticks, elapsedTicks);
    }

    internal void AddToBucket(int index, long count) => Interlocked.Add(ref buckets[index], count);

    internal void AddOneWay(long count) => Interlocked.Add(ref oneWay, count);

    internal void Collect(MetricSnapshot snapshot)
    {
        // Ok is always there, so that a rate can be taken from the first request on; the others once they happen.
        snapshot.Add(Metrics.Requests, outcomes.Ok, Route, OutcomeCounts.OkName);
        outcomes.CollectErrors(snapshot, Metrics.Requests, Route);
        if (Volatile.Read(ref oneWay) is > 0 and long sent)
        {
            snapshot.Add(Metrics.OneWayPackets, sent, Route);
        }

        if (Id == 0)
        {
            // What no route takes is answered at once.
            return;
        }

        Span<long> now = stackalloc long[LatencyBuckets.Count];
        for (int i = 0; i < now.Length; i++)
        {
            now[i] = Volatile.Read(ref buckets[i]);
        }

        snapshot.AddHistogram(
            Metrics.RequestDuration, now, (double)Volatile.Read(ref ticks) / Stopwatch.Frequency, Route);
    }
}
