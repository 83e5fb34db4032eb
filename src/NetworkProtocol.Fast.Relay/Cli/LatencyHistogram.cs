using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Numerics;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>
/// Counts of durations in log-linear buckets: 64 for each power of two, so a percentile is at most 1.6 % too high.
/// Fixed size; recording allocates nothing. One writer at a time.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int SubBits = 6;

    // 2^40 ns are 18 minutes; what takes longer counts as that.
    private const int ValueBits = 40;
    private const long ValueMax = (1L << ValueBits) - 1;

    private readonly long[] counts = new long[(ValueBits - SubBits + 1) << SubBits];
    private long min = long.MaxValue;
    private long max;

    internal long Count { get; private set; }

    internal double MinMicroseconds => Count == 0 ? 0 : ToMicroseconds(min);

    internal double MaxMicroseconds => ToMicroseconds(max);

    /// <summary>Counts a duration in ticks of <see cref="Stopwatch"/>.</summary>
    internal void Record(long ticks)
    {
        long value = Math.Clamp(ticks, 0, ValueMax);
        counts[IndexOf(value)]++;
        Count++;
        min = Math.Min(min, value);
        max = Math.Max(max, value);
    }

    internal void Add(LatencyHistogram other)
    {
        for (int i = 0; i < counts.Length; i++)
        {
            counts[i] += other.counts[i];
        }

        Count += other.Count;
        min = Math.Min(min, other.min);
        max = Math.Max(max, other.max);
    }

    /// <summary>The buckets that something was counted in, to be added to another histogram.</summary>
    internal IEnumerable<(int Bucket, long Count)> Buckets
    {
        get
        {
            for (int i = 0; i < counts.Length; i++)
            {
                if (counts[i] > 0)
                {
                    yield return (i, counts[i]);
                }
            }
        }
    }

    /// <summary>Adds what another histogram counted in one of its <see cref="Buckets"/>.</summary>
    internal void Add(int bucket, long count)
    {
        counts[bucket] += count;
        Count += count;
        min = Math.Min(min, UpperBound(bucket));
        max = Math.Max(max, UpperBound(bucket));
    }

    /// <summary>The duration that a share of all stays within; 0 when nothing was recorded.</summary>
    /// <param name="share">Between 0 and 1.</param>
    internal double PercentileMicroseconds(double share)
    {
        long rank = Math.Max((long)Math.Ceiling(share * Count), 1);
        long seen = 0;
        for (int i = 0; i < counts.Length; i++)
        {
            seen += counts[i];
            if (seen >= rank)
            {
                return ToMicroseconds(Math.Clamp(UpperBound(i), min, max));
            }
        }

        return 0;
    }

    private static int IndexOf(long value)
    {
        int exponent = Math.Max(BitOperations.Log2((ulong)value) - SubBits, 0);
        return (exponent << SubBits) + (int)(value >> exponent);
    }

    private static long UpperBound(int index)
    {
        int exponent = Math.Max((index >> SubBits) - 1, 0);
        long sub = index - (exponent << SubBits);
        return ((sub + 1) << exponent) - 1;
    }

    private static double ToMicroseconds(long ticks) => ticks * 1e6 / Stopwatch.Frequency;
}
