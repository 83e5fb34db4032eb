using System;
using System.Collections.Generic;
using System.Globalization;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Benchmarks.Measuring;
using NetworkProtocol.Fast.Benchmarks.Processes;

namespace NetworkProtocol.Fast.Benchmarks.Scenarios;

/// <summary>
/// Peers stall under full load: a client that asks and never reads, an upstream that is stopped, and many such clients
/// beside a closed loop. Whether the relay's memory stays flat and within its bound, and what other clients, with
/// requests at a fixed rate, notice of it.
/// </summary>
internal static class BackpressureScenarios
{
    internal const string SlowReader = "slow reader";
    internal const string SlowUpstream = "slow upstream";
    internal const string ManySlowReaders = "64 slow readers";

    private const int Stop = 19;
    private const int Continue = 18;
    private const int ManyReaders = 64;
    private const int LimitMebibytes = 96;

    private static readonly TimeSpan StallLimit = TimeSpan.FromSeconds(30);

    // A rate that leaves the machine idle most of the time, so that p99 tells of delays and not of load.
    private static readonly string[] OthersRate = ["--rate", "5000"];
    private static readonly string[] Bounds =
        ["--memory-limit", Text(LimitMebibytes) + "MiB", "--slow-client-timeout", "60s"];

    private static Shape Others => new(64, 4, 256);

    internal static async Task RunAsync(Harness harness)
    {
        double seconds = harness.IsSmoke ? 0.5 : 5;
        (string Scenario, string Session)[] stalls =
            [(SlowReader, "plain"), (SlowReader, "secure"), (SlowUpstream, "plain")];
        var latencies = new Dictionary<(string, string), (StallLatencies All, Dictionary<string, double>? Last)>();
        for (int round = 1; round <= harness.Rounds; round++)
        {
            Harness.Say($"stalled peers, round {round} of {harness.Rounds}");
            foreach ((string scenario, string session) in stalls)
            {
                StallLatencies all = latencies.TryGetValue((scenario, session), out var so) ? so.All : new();
                Dictionary<string, double>? last = so.Last;
                bool isFirst = round == 1;
                await harness.TryAsync($"{scenario}, {session}", async () => last = scenario == SlowReader
                    ? await RunSlowReaderAsync(harness, seconds, session, isFirst, all)
                    : await RunSlowUpstreamAsync(harness, seconds, isFirst, all));
                latencies[(scenario, session)] = (all, last);
            }

            foreach (string session in (string[])["plain", "secure"])
            {
                await harness.TryAsync(
                    $"{ManySlowReaders}, {session}", () => RunManyAsync(harness, seconds, session));
            }
        }

        foreach ((StallLatencies all, Dictionary<string, double>? last) in latencies.Values)
        {
            all.AddTo(last);
        }
    }

    private static async Task<Dictionary<string, double>> RunSlowReaderAsync(
        Harness harness, double seconds, string session, bool isFirst, StallLatencies latencies)
    {
        using var bed = new Bed(harness, harness.Separate);
        string name = $"npfast {session}";
        (Child relay, string target) = await bed.NpfastAsync(name, Part.Relay, session, Bounds);
        var others = new Subject(name, session, target, relay) { Options = OthersRate };
        return await MeasureAsync(harness, SlowReader, others, seconds, isFirst, latencies,
            () => StallAsync(harness, bed, session, target, 1));
    }

    private static async Task<Dictionary<string, double>> RunSlowUpstreamAsync(
        Harness harness, double seconds, bool isFirst, StallLatencies latencies)
    {
        const string Name = "npfast plain";
        using var bed = new Bed(harness, harness.Separate);
        (Child good, string goodTarget) = await bed.NpfastAsync("upstream", Part.Upstream, "plain");
        (Child bad, string badTarget) = await bed.NpfastAsync(
            "slow upstream", Part.Upstream, "plain", "--route", "SLOW=echo");
        (Child relay, string target) = await bed.ForwardingAsync(Name, "plain", goodTarget,
        [
            "--upstream", $"slow={badTarget}", "--upstream-session", "slow=plain", "--route", "SLOW=slow", .. Bounds,
        ]);
        var others = new Subject(Name, "plain", target, relay, good) { Options = OthersRate };
        Dictionary<string, double> figures = await MeasureAsync(
            harness, SlowUpstream, others, seconds, isFirst, latencies, async () =>
            {
                bed.Keep(harness.StartLoad("clients of the slow upstream", Part.Load, bed.Placement,
                    "generate", "plain", target, "--name", "SLOW", "--size", "65536", "--connections", "4",
                    "--in-flight", "256", "--seconds", "3600"));
                await Task.Delay(200);
                bad.Signal(Stop);
            });

        // Stopped processes are killed all the same; this one may say goodbye.
        bad.Signal(Continue);
        return figures;
    }

    private static async Task StallAsync(Harness harness, Bed bed, string session, string target, int connections)
    {
        Child stalled = bed.Keep(harness.StartLoad("stalled clients", Part.Load, bed.Placement,
            "stall", session, target, "--size", "65536", "--connections", Text(connections)));
        await stalled.LineWithAsync("\"stalled\"", StallLimit);
    }

    // What the relay has before anybody asks is no buffer; what it has beyond that is held against the limit for
    // buffers.
    private static async Task RunManyAsync(Harness harness, double seconds, string session)
    {
        using var bed = new Bed(harness, harness.Separate);
        string name = $"npfast {session}";
        (Child relay, string target) = await bed.NpfastAsync(name, Part.Relay, session, Bounds);
        double idle = relay.ResidentBytes / 1e6;
        var loaded = new Subject(name, session, target, relay);
        var watch = new MemoryWatch(relay);
        Dictionary<string, double> figures;
        double end;
        await using (watch)
        {
            await StallAsync(harness, bed, session, target, ManyReaders);
            figures = await Generator.RunAsync(harness, bed.Placement, loaded, Shape.Busy(1 << 10), seconds);
            end = watch.Now;
        }

        double peak = watch.MaxMegabytes(0, end);
        figures[FigureName.PeakMegabytes] = peak;
        figures[FigureName.PeakOfBound] = PeakOfBound(idle, peak);
        harness.Measurements.Add(
            Generator.KeyOf(ManySlowReaders, bed.Placement, name, Shape.Busy(1 << 10)), figures);
    }

    /// <summary>What was added to an idle relay's memory, both in units of 10^6 bytes, as share of the limit.</summary>
    internal static double PeakOfBound(double idle, double peak) =>
        Math.Max(peak - idle, 0) * 1e6 / ((long)LimitMebibytes << 20);

    private static async Task<Dictionary<string, double>> MeasureAsync(Harness harness, string scenario,
        Subject others, double seconds, bool isFirst, StallLatencies latencies, Func<Task> stall)
    {
        Placement placement = harness.Separate;
        var watch = new MemoryWatch(others.Relay);
        Dictionary<string, double> before;
        Dictionary<string, double> beside;
        double stalledAt;
        double end;
        await using (watch)
        {
            before = await Generator.RunAsync(harness, placement, others, Others, seconds, latencies.Before);
            stalledAt = watch.Now;
            await stall();
            beside = await Generator.RunAsync(harness, placement, others, Others, seconds, latencies.Beside);
            end = watch.Now;
        }

        // What fills up does so at first; from the middle on nothing may be added.
        double middle = (stalledAt + end) / 2;
        beside["undisturbedP99Us"] = before[FigureName.P99];
        beside[FigureName.PeakMegabytes] = watch.MaxMegabytes(stalledAt, end);
        beside[FigureName.MemoryGrowth] = watch.MaxMegabytes(middle, end) / watch.MaxMegabytes(stalledAt, middle);
        harness.Measurements.Add(Generator.KeyOf(scenario, placement, others.Name, Others), beside);
        if (isFirst)
        {
            harness.Measurements.Series.Add(watch.ToSeries($"{others.Name}, {scenario}: resident MB"));
        }

        return beside;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
