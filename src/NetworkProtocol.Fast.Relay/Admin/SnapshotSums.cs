using System;
using System.Collections.Generic;
using NetworkProtocol.Fast.Diagnostics;

namespace NetworkProtocol.Fast.Relay.Admin;

/// <summary>Looks values up in a snapshot of the metrics, so that page, commands and metrics tell the same.</summary>
internal static class SnapshotSums
{
    /// <summary>The sum of the samples whose labels begin with these; null fits any.</summary>
    internal static double Sum(this MetricSnapshot snapshot, MetricDefinition metric, params string?[] labels)
    {
        double sum = 0;
        foreach (MetricSample sample in snapshot[metric])
        {
            sum += Fits(sample, labels) ? sample.Value : 0;
        }

        return sum;
    }

    /// <summary>The last label's values, with the sums of the samples whose other labels are these.</summary>
    internal static Dictionary<string, double> ByLast(
        this MetricSnapshot snapshot, MetricDefinition metric, params string?[] labels)
    {
        var found = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (MetricSample sample in snapshot[metric])
        {
            if (Fits(sample, labels))
            {
                found[sample.Labels[^1]] = found.GetValueOrDefault(sample.Labels[^1]) + sample.Value;
            }
        }

        return found;
    }

    /// <summary>The buckets of a histogram, of all samples whose labels are these, added up.</summary>
    internal static long[] Buckets(this MetricSnapshot snapshot, MetricDefinition metric, params string?[] labels)
    {
        var sum = new long[LatencyBuckets.Count];
        foreach (MetricSample sample in snapshot[metric])
        {
            for (int i = 0; Fits(sample, labels) && i < sum.Length; i++)
            {
                sum[i] += sample.Buckets![i];
            }
        }

        return sum;
    }

    /// <summary>The upper bound in seconds of the bucket where this share is reached; null without a count, and the
    /// largest bound for what lies beyond it.</summary>
    internal static double? Percentile(long[] buckets, double share)
    {
        long total = 0;
        foreach (long count in buckets)
        {
            total += count;
        }

        if (total == 0)
        {
            return null;
        }

        long seen = 0;
        int index = 0;
        while (index < buckets.Length - 1 && (seen += buckets[index]) < share * total)
        {
            index++;
        }

        return LatencyBuckets.Bounds[Math.Min(index, LatencyBuckets.Bounds.Length - 1)];
    }

    private static bool Fits(MetricSample sample, string?[] labels)
    {
        for (int i = 0; i < labels.Length; i++)
        {
            if (labels[i] is { } label && label != sample.Labels[i])
            {
                return false;
            }
        }

        return true;
    }
}
