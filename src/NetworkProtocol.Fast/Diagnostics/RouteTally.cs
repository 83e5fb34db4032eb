using System.Diagnostics;
using System.Numerics;

namespace NetworkProtocol.Fast.Diagnostics;

/// <summary>
/// What one batch of packets brings for the routes' meters: a batch mostly has packets of one route, so the shared
/// counters are touched once for it and not for each packet. One thread.
/// </summary>
internal sealed class RouteTally
{
    private readonly int[] buckets = new int[LatencyBuckets.Count];
    private RouteMeter? route;

    // The bucket of the last reply and what falls into it: replies of a batch took about as long as each other.
    private int bucket;
    private long bucketAbove;
    private long bucketUpTo = -1;

    // Which buckets have a count.
    private uint touched;
    private long ticks;
    private int oneWay;

    /// <summary>Whether there is something to settle.</summary>
    internal bool IsEmpty => route is null;

    /// <summary>A request got its reply after this time, in ticks of <see cref="Stopwatch"/>.</summary>
    internal void AddReply(RouteMeter of, long elapsed)
    {
        if (!ReferenceEquals(route, of))
        {
            Turn(of);
        }

        if (elapsed <= bucketAbove || elapsed > bucketUpTo)
        {
            bucket = LatencyBuckets.IndexOf(elapsed, out bucketAbove, out bucketUpTo);
        }

        buckets[bucket]++;
        touched |= 1u << bucket;
        ticks += elapsed;
    }

    internal void AddOneWay(RouteMeter of)
    {
        if (!ReferenceEquals(route, of))
        {
            Turn(of);
        }

        oneWay++;
    }

    /// <summary>Adds everything to the route's meter.</summary>
    internal void Settle()
    {
        if (route is not { } meter)
        {
            return;
        }

        route = null;
        int replies = 0;
        for (uint left = touched; left != 0; left &= left - 1)
        {
            int index = BitOperations.TrailingZeroCount(left);
            meter.AddToBucket(index, buckets[index]);
            replies += buckets[index];
            buckets[index] = 0;
        }

        touched = 0;
        if (replies > 0)
        {
            meter.AddReplies(replies, ticks);
            ticks = 0;
        }

        if (oneWay > 0)
        {
            meter.AddOneWay(oneWay);
            oneWay = 0;
        }
    }

    private void Turn(RouteMeter to)
    {
        Settle();
        route = to;
    }
}
