using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace NetworkProtocol.Fast.Relay.Cli.Bench;

/// <summary>Measures subjects under load, one after the other, rounds interleaved.</summary>
internal sealed class BenchRunner(BenchOptions options, BenchProgress progress)
{
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
                results[i].Add(await LoadMeasurement
                    .RunAsync(load, options, progress.FollowAsync, cancellationToken).ConfigureAwait(false));
            }
        }
    }
}
