using System;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;

namespace NetworkProtocol.Fast.Relay.Cli.Bench;

/// <summary>Puts one load on its target: warms up, measures, and lets it drain.</summary>
internal static class LoadMeasurement
{
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(10);

    /// <param name="load">What to run; it is not opened yet.</param>
    /// <param name="options">How long to warm up and to measure.</param>
    /// <param name="follow">Called when measuring begins, with the task that ends when it does, which it
    /// awaits.</param>
    /// <param name="cancellationToken">Gives the measurement up.</param>
    /// <exception cref="CommandFailedException">The load failed.</exception>
    internal static async Task<BenchSample> RunAsync(
        Load load, BenchOptions options, Func<Load, Task, Task> follow, CancellationToken cancellationToken)
    {
        await load.OpenAsync(cancellationToken).ConfigureAwait(false);
        load.Begin();
        await WaitAsync(load, options.WarmUp, cancellationToken).ConfigureAwait(false);

        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        load.Run.Measure();
        await follow(load, WaitAsync(load, options.Duration, cancellationToken)).ConfigureAwait(false);
        load.Run.Stop();
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        cpu = Environment.CpuUsage.TotalTime - cpu;
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;

        await load.Run.Ended.WaitAsync(DrainTimeout, cancellationToken).ConfigureAwait(false);
        return new BenchSample
        {
            Messages = load.Messages,
            Elapsed = elapsed,
            Latencies = load.CollectLatencies(),
            AllocatedBytes = allocated,
            Cpu = cpu,
        };
    }

    private static async Task WaitAsync(Load load, TimeSpan time, CancellationToken cancellationToken)
    {
        Task delay = Task.Delay(time, cancellationToken);
        await (await Task.WhenAny(delay, load.Run.Ended).ConfigureAwait(false)).ConfigureAwait(false);
    }
}
