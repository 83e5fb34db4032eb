using System;
using System.Diagnostics;
using NetworkProtocol.Fast.Relay.Cli;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Cli;

/// <summary>Percentiles of the histogram against the sorted values they stand for.</summary>
[TestFixture]
internal sealed class LatencyHistogramTests
{
    private const double ErrorMax = 1.0 / 64;

    [Test]
    public void Percentile_RandomValues_IsWithinABucketOfTheExactOne()
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        long[] values = new long[10_000];
        var histogram = new LatencyHistogram();
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (long)Math.Exp(random.NextDouble() * 25);
            histogram.Record(values[i]);
        }

        Array.Sort(values);
        foreach (double share in new[] { 0.001, 0.5, 0.9, 0.99, 0.999, 1.0 })
        {
            double exact = Microseconds(values[(int)Math.Ceiling(share * values.Length) - 1]);
            Assert.That(histogram.PercentileMicroseconds(share), Is.InRange(exact, exact * (1 + ErrorMax)),
                $"share {share}, seed {seed}");
        }

        Assert.That(histogram.MinMicroseconds, Is.EqualTo(Microseconds(values[0])));
        Assert.That(histogram.MaxMicroseconds, Is.EqualTo(Microseconds(values[^1])));
    }

    [TestCase(0)]
    [TestCase(63)]
    [TestCase(64)]
    [TestCase(127)]
    [TestCase(128)]
    [TestCase((1L << 40) - 1)]
    public void Percentile_OneValue_IsExact(long ticks)
    {
        var histogram = new LatencyHistogram();
        histogram.Record(ticks);

        Assert.That(histogram.PercentileMicroseconds(0.5), Is.EqualTo(Microseconds(ticks)));
    }

    [Test]
    public void Record_OutOfRange_CountsAsTheNearest()
    {
        var histogram = new LatencyHistogram();
        histogram.Record(-5);
        histogram.Record(long.MaxValue);

        Assert.That(histogram.Count, Is.EqualTo(2));
        Assert.That(histogram.MinMicroseconds, Is.Zero);
        Assert.That(histogram.MaxMicroseconds, Is.EqualTo(Microseconds((1L << 40) - 1)));
    }

    [Test]
    public void Add_TwoHistograms_CountsBoth()
    {
        var one = new LatencyHistogram();
        var other = new LatencyHistogram();
        one.Record(10);
        other.Record(20);
        other.Record(30);

        one.Add(other);

        Assert.That(one.Count, Is.EqualTo(3));
        Assert.That(one.PercentileMicroseconds(0.5), Is.EqualTo(Microseconds(20)));
    }

    private static double Microseconds(long ticks) => ticks * 1e6 / Stopwatch.Frequency;
}
