using System;
using System.Threading;
using NetworkProtocol.Fast.Packets;

namespace NetworkProtocol.Fast.Diagnostics;

/// <summary>Counts by outcome: ok, the code of an Error, or other for codes that are not known. Any thread.</summary>
internal sealed class OutcomeCounts
{
    // The known codes, 0 for ok, and one for all others.
    private const int Count = (int)ErrorCode.Internal + 2;

    /// <summary>The name of what ended well.</summary>
    internal const string OkName = "ok";

    private static readonly string[] Names = MakeNames();

    private readonly long[] counts = new long[Count];

    /// <summary>What ended well.</summary>
    internal long Ok => Volatile.Read(ref counts[0]);

    /// <summary>All of them.</summary>
    internal long Sum
    {
        get
        {
            long sum = 0;
            for (int i = 0; i < counts.Length; i++)
            {
                sum += Volatile.Read(ref counts[i]);
            }

            return sum;
        }
    }

    internal void Add(ErrorCode outcome) => Interlocked.Increment(ref counts[IndexOf(outcome)]);

    internal void AddOk(long count) => Interlocked.Add(ref counts[0], count);

    /// <summary>The errors that happened, each with its name as the last label.</summary>
    internal void CollectErrors(MetricSnapshot snapshot, MetricDefinition metric, params string[] labels)
    {
        for (int i = 1; i < Count; i++)
        {
            if (Volatile.Read(ref counts[i]) is > 0 and long count)
            {
                snapshot.Add(metric, count, [.. labels, Names[i]]);
            }
        }
    }

    private static int IndexOf(ErrorCode outcome) => Math.Min((int)outcome, Count - 1);

    private static string[] MakeNames()
    {
        var names = new string[Count];
        for (int i = 0; i < Count - 1; i++)
        {
            names[i] = SnakeCase.Of(((ErrorCode)i).ToString());
        }

        names[0] = OkName;
        names[^1] = "other";
        return names;
    }
}
