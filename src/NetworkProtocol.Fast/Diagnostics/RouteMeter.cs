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
    // The known codes, 0 for a reply, and one for all others.
    private const int OutcomesCount = (int)ErrorCode.Internal + 2;

    private static readonly string[] OutcomeNames = MakeOutcomeNames();

    private readonly long[] outcomes = new long[OutcomesCount];
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
    internal long Requests
    {
        get
        {
            long sum = 0;
            for (int i = 0; i < outcomes.Length; i++)
            {
                sum += Volatile.Read(ref outcomes[i]);
            }

            return sum;
        }
    }

    /// <summary>Requests that ended with an Error.</summary>
    internal long Errors => Requests - Volatile.Read(ref outcomes[0]);

    /// <summary>A request that ended after this time, in ticks of <see cref="Stopwatch"/>.</summary>
    internal void Record(ErrorCode outcome, long elapsed)
    {
        Count(outcome);
        Interlocked.Increment(ref buckets[LatencyBuckets.IndexOf(elapsed)]);
        Interlocked.Add(ref ticks, elapsed);
    }

    /// <summary>A request that ended where it came in, and is not timed.</summary>
    internal void Count(ErrorCode outcome) => Interlocked.Increment(ref outcomes[IndexOf(outcome)]);

    /// <summary>Requests that all got their replies after this time.</summary>
    internal void RecordReplies(long count, long elapsed)
    {
        AddToBucket(LatencyBuckets.IndexOf(elapsed), count);
        AddReplies(count, elapsed * count);
    }

    internal void AddReplies(long count, long elapsedTicks)
    {
        Interlocked.Add(ref outcomes[0], count);
        Interlocked.Add(ref ticks, elapsedTicks);
    }

    internal void AddToBucket(int index, long count) => Interlocked.Add(ref buckets[index], count);

    internal void AddOneWay(long count) => Interlocked.Add(ref oneWay, count);

    internal void Collect(MetricSnapshot snapshot)
    {
        for (int i = 0; i < OutcomesCount; i++)
        {
            // Ok is always there, so that a rate can be taken from the first request on; the others once they happen.
            if (Volatile.Read(ref outcomes[i]) is var count && (count > 0 || i == 0))
            {
                snapshot.Add(Metrics.Requests, count, Route, OutcomeNames[i]);
            }
        }

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

    private static int IndexOf(ErrorCode outcome) => Math.Min((int)outcome, OutcomesCount - 1);

    private static string[] MakeOutcomeNames()
    {
        var names = new string[OutcomesCount];
        for (int i = 0; i < OutcomesCount - 1; i++)
        {
            names[i] = SnakeCase.Of(((ErrorCode)i).ToString());
        }

        names[0] = "ok";
        names[^1] = "other";
        return names;
    }
}
