using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;

namespace NetworkProtocol.Fast.Relay.Cli.Bench;

/// <summary>Measures subjects under load, one after the other, rounds interleaved.</summary>
internal sealed class BenchRunner(BenchOptions options, BenchProgress progress)
{
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(10);

    internal async Task<List<BenchResult>> RunAsync(
        IReadOnlyList<BenchSubject> subjects, IReadOnlyList<LoadShape> shapes, CancellationToken cancellationToken)
    {
        var results = new List<BenchResult>();
        foreach (LoadShape shape in shapes)
        {
            foreach (BenchSubject subject in subjects)
            {
                results.Add(new BenchResult(subject.Name, shape, options.PayloadBytes));
            }
        }

        try
        {
            for (int round = 1; round <= options.Rounds; round++)
            {
                await RunRoundAsync(round, subjects, results, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            // Also before the one line that says why it failed.
            progress.End();
        }

        return results;
    }

    private async Task RunRoundAsync(int round, IReadOnlyList<BenchSubject> subjects, List<BenchResult> results,
        CancellationToken cancellationToken)
    {
        for (int i = 0; i < results.Count; i++)
        {
            BenchSubject subject = subjects[i % subjects.Count];
            progress.Begin(round, subject.Name, results[i].Shape);
            Load load = subject.CreateLoad(results[i].Shape);
            await using (load.ConfigureAwait(false))
            {
                results[i].Add(await MeasureAsync(load, cancellationToken).ConfigureAwait(false));
            }
        }
    }

    private async Task<BenchSample> MeasureAsync(Load load, CancellationToken cancellationToken)
    {
        await load.OpenAsync(cancellationToken).ConfigureAwait(false);
        load.Begin();
        await WaitAsync(load, options.WarmUp, cancellationToken).ConfigureAwait(false);

        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        load.Run.Measure();
        await progress.FollowAsync(load, WaitAsync(load, options.Duration, cancellationToken)).ConfigureAwait(false);
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

    /// <exception cref="CommandFailedException">The load failed meanwhile.</exception>
    private static async Task WaitAsync(Load load, TimeSpan time, CancellationToken cancellationToken)
    {
        Task delay = Task.Delay(time, cancellationToken);
        await (await Task.WhenAny(delay, load.Run.Ended).ConfigureAwait(false)).ConfigureAwait(false);
    }
}
