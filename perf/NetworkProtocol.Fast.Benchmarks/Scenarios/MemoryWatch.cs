using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Benchmarks.Measuring;
using NetworkProtocol.Fast.Benchmarks.Processes;

namespace NetworkProtocol.Fast.Benchmarks.Scenarios;

/// <summary>Looks at a process' resident memory again and again, from its start to its disposal.</summary>
internal sealed class MemoryWatch : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    private readonly Child child;
    private readonly CancellationTokenSource stop = new();
    private readonly long start = Stopwatch.GetTimestamp();
    private readonly Task watching;

    // Written by the watching task; read when it has ended.
    private readonly List<double> seconds = [];
    private readonly List<double> megabytes = [];

    internal MemoryWatch(Child child)
    {
        this.child = child;
        watching = Task.Run(WatchAsync);
    }

    /// <summary>Seconds since the start.</summary>
    internal double Now => Stopwatch.GetElapsedTime(start).TotalSeconds;

    /// <summary>All samples, in units of 10^6 bytes. Call it after disposal.</summary>
    internal Series ToSeries(string name) => new(name, seconds, megabytes);

    /// <summary>The most in a span of time; 0 without a sample in it. Call it after disposal.</summary>
    internal double MaxMegabytes(double from, double to) =>
        megabytes.Where((_, i) => seconds[i] >= from && seconds[i] <= to).DefaultIfEmpty().Max();

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await watching;
        stop.Dispose();
    }

    private async Task WatchAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            seconds.Add(Now);
            megabytes.Add(child.ResidentBytes / 1e6);
            await Task.Delay(Interval, CancellationToken.None);
        }
    }
}
