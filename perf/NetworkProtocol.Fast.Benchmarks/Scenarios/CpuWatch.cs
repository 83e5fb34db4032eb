using System;
using System.Collections.Generic;
using System.Diagnostics;
using NetworkProtocol.Fast.Benchmarks.Processes;

namespace NetworkProtocol.Fast.Benchmarks.Scenarios;

/// <summary>
/// Processor time of a subject over a window. This process may learn of the window's begin late, on a machine that has
/// much to do; what it has seen then stands for the whole.
/// </summary>
internal sealed class CpuWatch
{
    private readonly Subject subject;
    private readonly double begins;
    private readonly double seenFrom;
    private readonly Dictionary<int, double> relay;
    private readonly Dictionary<int, double> upstream;

    /// <param name="subject">Whose processes.</param>
    /// <param name="begins">When the window began, in seconds of the monotonic clock.</param>
    internal CpuWatch(Subject subject, double begins)
    {
        this.subject = subject;
        this.begins = begins;
        seenFrom = (double)Stopwatch.GetTimestamp() / Stopwatch.Frequency;
        relay = subject.Relay.CpuSeconds;
        upstream = subject.Upstream?.CpuSeconds ?? [];
    }

    /// <returns>Seconds of processor time over the whole window.</returns>
    internal (double Relay, double Upstream) End(double ends)
    {
        double share = ShareSeen(begins, seenFrom, ends);
        return (ProcessClock.Used(relay, subject.Relay.CpuSeconds) / share,
            ProcessClock.Used(upstream, subject.Upstream?.CpuSeconds ?? []) / share);
    }

    /// <summary>The part of a window that was watched; 1 when all of it was.</summary>
    internal static double ShareSeen(double begins, double seenFrom, double ends) =>
        ends > seenFrom ? Math.Min((ends - seenFrom) / (ends - begins), 1) : double.NaN;
}
