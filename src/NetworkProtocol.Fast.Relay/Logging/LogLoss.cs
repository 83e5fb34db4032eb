using System;
using System.Threading;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NetworkProtocol.Fast.Diagnostics;

namespace NetworkProtocol.Fast.Relay.Logging;

/// <summary>
/// Counts the lines that the log file did not get, and tells the other log, stderr, why: every ten seconds at most,
/// because a full disk loses each line. Any thread.
/// </summary>
internal sealed class LogLoss : IMetricSource
{
    /// <summary>What the log file has to say of itself; this category goes to stderr alone.</summary>
    internal const string Category = "NetworkProtocol.Fast.Log";

    private const long PaceMs = 10_000;

    private ILogger logger = NullLogger.Instance;
    private string path = string.Empty;
    private long lines;
    private long nextMs;

    /// <summary>Lines lost since the start.</summary>
    internal long Lines => Volatile.Read(ref lines);

    /// <summary>Where to tell, and of which file. Before that, losses are only counted.</summary>
    internal void TellTo(ILogger other, string of)
    {
        path = of;
        Volatile.Write(ref logger, other);
    }

    /// <param name="count">Lines that were lost.</param>
    /// <param name="cause">Why, as a clause.</param>
    internal void Add(long count, string cause)
    {
        long sum = Interlocked.Add(ref lines, count);
        long now = Environment.TickCount64;
        long next = Volatile.Read(ref nextMs);
        if (now >= next && Interlocked.CompareExchange(ref nextMs, now + PaceMs, next) == next)
        {
            LoggingLog.LinesLost(Volatile.Read(ref logger), path, cause, sum);
        }
    }

    /// <summary>The file cannot be renamed; whoever tries again paces it.</summary>
    internal void TellNotRotated(string cause) =>
        LoggingLog.NotRotated(Volatile.Read(ref logger), path, cause);

    public void Collect(MetricSnapshot snapshot) => snapshot.Add(Metrics.LogLinesLost, Lines);
}
