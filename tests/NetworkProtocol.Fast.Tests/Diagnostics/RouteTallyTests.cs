using System;
using System.Diagnostics;
using System.Linq;
using NetworkProtocol.Fast.Diagnostics;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Diagnostics;

internal sealed class RouteTallyTests
{
    [Test]
    public void Replies_OfAllDurations_AreCountedEachInItsBucket()
    {
        var batched = new RouteMeter("orders", 1);
        var single = new RouteMeter("orders", 1);
        var tally = new RouteTally();
        var random = new Random(5);
        for (int batch = 0; batch < 1_000; batch++)
        {
            long around = (long)Math.Pow(10, random.NextDouble() * 11);
            for (int i = 0; i < 40; i++)
            {
                long elapsed = i % 10 == 0 ? BoundAt(random) + random.Next(-1, 2) : around + random.Next(1_000);
                tally.AddReply(batched, elapsed);
                single.RecordReplies(1, elapsed);
            }

            tally.Settle();
        }

        Assert.That(Collected(batched).Buckets, Is.EqualTo(Collected(single).Buckets));
        Assert.That(Collected(batched).Seconds, Is.EqualTo(Collected(single).Seconds));
        Assert.That(batched.Requests, Is.EqualTo(40_000));
    }

    private static long BoundAt(Random random) =>
        (long)Math.Round(LatencyBuckets.Bounds[random.Next(LatencyBuckets.Bounds.Length)] * Stopwatch.Frequency);

    private static (long[] Buckets, double Seconds) Collected(RouteMeter meter)
    {
        var snapshot = new MetricSnapshot();
        meter.Collect(snapshot);
        MetricSample sample = snapshot[Metrics.RequestDuration].Single();
        return (sample.Buckets!, sample.Value);
    }
}
