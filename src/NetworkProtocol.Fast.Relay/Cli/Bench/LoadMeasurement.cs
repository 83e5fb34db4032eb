using System;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;

namespace NetworkProtocol.Fast.Relay.Cli.Bench;

/// <summary>Puts one load on its target: warms up, measures, and lets it drain.</summary>
internal static class LoadMeasurement
{
    /// <param name="load">What to run; it is not opened yet.</param>
    /// <param name="options">How long to warm up, to measure and to wait for what is under way then.</param>
    /// <param name="follow">Called when measuring begins, with the task that ends when it does, which it
    /// awaits.</param>
    /// <param name="cancellationToken">Gives the measurement up.</param>
    /// <param name="atEnds">Called at both ends of the window, to look at other clocks.</param>
    /// <exception cref="CommandFailedException">The load failed.</exception>
    /// <exception cref="TimeoutException">Replies are missing, and the load does not count such.</exception>
    internal static async Task<BenchSample> RunAsync(
        Load load, BenchOptions options, Func<Load, Task, Task> follow, CancellationToken cancellationToken,
        Action? atEnds = null)
    {
        await load.OpenAsync(cancellationToken).ConfigureAwait(false);
        load.Begin();
        await WaitAsync(load, options.WarmUp, cancellationToken).ConfigureAwait(false);

        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        atEnds?.Invoke();
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        load.Run.Measure(start);
        await follow(load, WaitAsync(load, options.Duration, cancellationToken)).ConfigureAwait(false);
        long stop = Stopwatch.GetTimestamp();
        load.Run.Stop(stop);
        cpu = Environment.CpuUsage.TotalTime - cpu;
        atEnds?.Invoke();
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;

        await DrainAsync(load, options, cancellationToken).ConfigureAwait(false);
        return new BenchSample
        {
            Messages = load.Messages,
            Elapsed = Stopwatch.GetElapsedTime(start, stop),
            Latencies = load.CollectLatencies(),
            AllocatedBytes = allocated,
            Cpu = cpu,
        };
    }

    private static async Task DrainAsync(Load load, BenchOptions options, CancellationToken cancellationToken)
    {
        try
        {
            await load.Run.Ended.WaitAsync(options.DrainTimeout, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException) when (load.TryGiveUp())
        {
            // It has counted what is missing with the time that it waited for it.
        }
    }

    private static async Task WaitAsync(Load load, TimeSpan time, CancellationToken cancellationToken)
    {
        Task delay = Task.Delay(time, cancellationToken);
        await (await Task.WhenAny(delay, load.Run.Ended).ConfigureAwait(false)).ConfigureAwait(false);
    }
}
