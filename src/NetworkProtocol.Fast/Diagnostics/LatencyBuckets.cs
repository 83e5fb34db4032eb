using System;
using System.Diagnostics;
using System.Numerics;

namespace NetworkProtocol.Fast.Diagnostics;

/// <summary>The fixed buckets of durations: 1, 2 and 5 in each decade from 5 us to 10 s, then 30 s, then the
/// rest.</summary>
internal static class LatencyBuckets
{
    private static readonly double[] BoundSeconds =
    [
        5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30,
    ];

    // In ticks of Stopwatch; the last bucket takes all that is longer.
    private static readonly long[] BoundTicks = MakeBoundTicks();

    // The first bucket that a duration of so many bits can be in.
    private static readonly byte[] FirstOfBits = MakeFirstOfBits();

    /// <summary>Buckets, the last one without a bound included.</summary>
    internal static int Count => BoundSeconds.Length + 1;

    /// <summary>Upper bounds in seconds, both ends included, of all but the last bucket.</summary>
    internal static ReadOnlySpan<double> Bounds => BoundSeconds;

    /// <summary>The bucket of a duration in ticks of <see cref="Stopwatch"/>: one look and at most two
    /// compares.</summary>
    internal static int IndexOf(long ticks) => IndexOf(ticks, out _, out _);

    /// <summary>The same, with what else falls into the bucket: durations above the one bound and up to the
    /// other.</summary>
    internal static int IndexOf(long ticks, out long above, out long upTo)
    {
        long[] bounds = BoundTicks;
        int index = FirstOfBits[BitOperations.Log2((ulong)Math.Max(ticks, 1))];
        while (ticks > bounds[index])
        {
            index++;
        }

        above = index == 0 ? long.MinValue : bounds[index - 1];
        upTo = bounds[index];
        return index;
    }

    private static long[] MakeBoundTicks() =>
    [
        .. Array.ConvertAll(BoundSeconds, static s => (long)Math.Round(s * Stopwatch.Frequency)), long.MaxValue,
    ];

    private static byte[] MakeFirstOfBits()
    {
        var first = new byte[64];
        for (int bits = 0; bits < first.Length; bits++)
        {
            long shortest = (long)Math.Min(1UL << bits, long.MaxValue);
            first[bits] = (byte)Array.FindIndex(BoundTicks, bound => bound >= shortest);
        }

        return first;
    }
}
