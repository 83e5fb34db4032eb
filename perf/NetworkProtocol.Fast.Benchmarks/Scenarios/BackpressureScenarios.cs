using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Benchmarks.Measuring;
using NetworkProtocol.Fast.Benchmarks.Processes;

namespace NetworkProtocol.Fast.Benchmarks.Scenarios;

/// <summary>
/// One peer stalls under full load: a client that asks and never reads, and an upstream that is stopped. Whether the
/// relay's memory stays flat, and what other clients, with requests at a fixed rate, notice of it.
/// </summary>
internal static class BackpressureScenarios
{
    internal const string SlowReader = "slow reader";
    internal const string SlowUpstream = "slow upstream";

    private const int Stop = 19;
    private const int Continue = 18;

    // A rate that leaves the machine idle most of the time, so that p99 tells of delays and not of load.
    private static readonly string[] OthersRate = ["--rate", "5000"];
    private static readonly string[] Bounds = ["--memory-limit", "96MiB", "--slow-client-timeout", "60s"];

    private static Shape Others => new(64, 4, 256);

    internal static async Task RunAsync(Harness harness)
    {
        double seconds = harness.IsSmoke ? 0.5 : 3;
        for (int round = 1; round <= harness.Rounds; round++)
        {
            Harness.Say($"{SlowReader} and {SlowUpstream}, round {round} of {harness.Rounds}");
            bool isFirst = round == 1;
            await harness.TryAsync(
                SlowReader, () => RunSlowReaderAsync(harness, seconds, "npfast plain", isFirst));
            await harness.TryAsync(
                SlowUpstream, () => RunSlowUpstreamAsync(harness, seconds, "npfast plain", isFirst));
        }
    }

    private static async Task RunSlowReaderAsync(Harness harness, double seconds, string name, bool isFirst)
    {
        using var bed = new Bed(harness, harness.Separate);
        (Child relay, string target) = await bed.NpfastAsync(name, Part.Relay, "plain", Bounds);
        var others = new Subject(name, "plain", target, relay) { Options = OthersRate };
        await MeasureAsync(harness, SlowReader, others, seconds, isFirst, async () =>
        {
            Child stalled = bed.Keep(harness.StartLoad(
                "stalled client", Part.Load, bed.Placement, "stall", target, "--size", "65536"));
            await stalled.LineWithAsync("\"stalled\"", TimeSpan.FromSeconds(10));
        });
    }

    private static async Task RunSlowUpstreamAsync(Harness harness, double seconds, string name, bool isFirst)
    {
        using var bed = new Bed(harness, harness.Separate);
        (Child good, string goodTarget) = await bed.NpfastAsync("upstream", Part.Upstream, "plain");
        (Child bad, string badTarget) = await bed.NpfastAsync(
            "slow upstream", Part.Upstream, "plain", "--route", "SLOW=echo");
        (Child relay, string target) = await bed.ForwardingAsync(name, "plain", goodTarget,
        [
            "--upstream", $"slow={badTarget}", "--upstream-session", "slow=plain", "--route", "SLOW=slow", .. Bounds,
        ]);
        var others = new Subject(name, "plain", target, relay, good) { Options = OthersRate };
        await MeasureAsync(harness, SlowUpstream, others, seconds, isFirst, async () =>
        {
            Child victims = bed.Keep(harness.StartLoad("clients of the slow upstream", Part.Load, bed.Placement,
                "generate", "plain", target, "--name", "SLOW", "--size", "65536", "--connections", "4",
                "--in-flight", "256", "--seconds", "3600"));
            await Task.Delay(200);
            bad.Signal(Stop);
        });

        // Stopped processes are killed all the same; this one may say goodbye.
        bad.Signal(Continue);
    }

    private static async Task MeasureAsync(
        Harness harness, string scenario, Subject others, double seconds, bool isFirst, Func<Task> stall)
    {
        Placement placement = harness.Separate;
        var watch = new MemoryWatch(others.Relay);
        Dictionary<string, double> before;
        Dictionary<string, double> during;
        double stalledAt;
        double end;
        await using (watch)
        {
            before = await Generator.RunAsync(harness, placement, others, Others, seconds);
            stalledAt = watch.Now;
            await stall();
            during = await Generator.RunAsync(harness, placement, others, Others, seconds);
            end = watch.Now;
        }

        // What fills up does so at first; from the middle on nothing may be added.
        double middle = (stalledAt + end) / 2;
        during["undisturbedP99Us"] = before[FigureName.P99];
        during[FigureName.StalledP99Ratio] = during[FigureName.P99] / before[FigureName.P99];
        during[FigureName.PeakMegabytes] = watch.MaxMegabytes(stalledAt, end);
        during[FigureName.MemoryGrowth] = watch.MaxMegabytes(middle, end) / watch.MaxMegabytes(stalledAt, middle);
        harness.Measurements.Add(Generator.KeyOf(scenario, placement, others.Name, Others), during);
        if (isFirst)
        {
            harness.Measurements.Series.Add(watch.ToSeries($"{others.Name}, {scenario}: resident MB"));
        }
    }
}
