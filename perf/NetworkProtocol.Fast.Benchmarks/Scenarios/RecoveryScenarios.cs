using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Text.Json;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Benchmarks.Measuring;
using NetworkProtocol.Fast.Benchmarks.Processes;

namespace NetworkProtocol.Fast.Benchmarks.Scenarios;

/// <summary>
/// Upstream or relay is killed while clients ask without pause, and comes back at the same address half a second
/// later. How long after it listens again the first request succeeds, and how many failed.
/// </summary>
internal static class RecoveryScenarios
{
    internal const string UpstreamKilled = "upstream killed";
    internal const string RelayKilled = "relay killed";

    private static readonly TimeSpan Away = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    internal static async Task RunAsync(Harness harness)
    {
        for (int round = 1; round <= harness.Rounds; round++)
        {
            Harness.Say($"{UpstreamKilled} and {RelayKilled}, round {round} of {harness.Rounds}");
            await harness.TryAsync(UpstreamKilled, () => RunAsync(harness, UpstreamKilled));
            await harness.TryAsync(RelayKilled, () => RunAsync(harness, RelayKilled));
        }
    }

    private static async Task RunAsync(Harness harness, string scenario)
    {
        using var bed = new Bed(harness, Placement.Free);
        string upstreamAt = $"tcp://127.0.0.1:{Ports.Free()}";
        string relayAt = $"tcp://127.0.0.1:{Ports.Free()}";
        Child upstream = await StartAsync(harness, bed, Part.Upstream, upstreamAt);
        Child relay = await StartAsync(harness, bed, Part.Relay, relayAt, RouteTo(upstreamAt));
        await relay.LineWithAsync("connected to", Limit);

        using Child probe = harness.StartLoad("probe", Part.Load, bed.Placement, "probe", "plain", relayAt);
        await probe.LineWithAsync("\"first\"", Limit);
        await Task.Delay(200);
        (scenario == UpstreamKilled ? upstream : relay).Dispose();
        await probe.LineWithAsync("\"failing\"", Limit);
        await Task.Delay(Away);
        Child back = scenario == UpstreamKilled
            ? await StartAsync(harness, bed, Part.Upstream, upstreamAt)
            : await StartAsync(harness, bed, Part.Relay, relayAt, RouteTo(upstreamAt));
        double listensAt = (double)Stopwatch.GetTimestamp() / Stopwatch.Frequency;
        double recoveredAt = Number(await probe.LineWithAsync("\"recovered\"", Limit), "atSeconds");
        probe.CloseInput();
        string result = await probe.LineWithAsync("\"result\"", Limit);

        // It may serve before this process has read that it listens.
        var figures = new Dictionary<string, double>
        {
            [FigureName.RecoverySeconds] = Math.Max(recoveredAt - listensAt, 0),
            [FigureName.RequestsFailed] = Number(result, "failed"),
        };
        harness.Measurements.Add(
            Generator.KeyOf(scenario, bed.Placement, back.Name, new Shape(64, 16, 1)), figures);
    }

    private static string[] RouteTo(string upstream) =>
        ["--upstream", $"up={upstream}", "--upstream-session", "up=plain", "--route", "ECHO=up"];

    private static async Task<Child> StartAsync(
        Harness harness, Bed bed, Part part, string at, params IEnumerable<string> options)
    {
        Child child = bed.Keep(harness.StartNpfast(
            "npfast plain", part, bed.Placement, ["relay", "--listen", at, "--session", "plain", .. options]));
        await child.LineWithAsync("listening on", Limit);
        return child;
    }

    private static double Number(string line, string name)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        return document.RootElement.GetProperty(name).GetDouble();
    }
}
