using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Benchmarks.Measuring;
using NetworkProtocol.Fast.Benchmarks.Processes;

namespace NetworkProtocol.Fast.Benchmarks.Scenarios;

/// <summary>
/// Upstream or relay is killed while clients ask without pause, and comes back at the same address half a second
/// later. How long after it listens again the first request succeeds, and how many failed: those on their way when it
/// was killed, those that were sent while it was away, and those after the first success.
/// </summary>
internal static class RecoveryScenarios
{
    internal const string UpstreamKilled = "upstream killed";
    internal const string RelayKilled = "relay killed";

    // A relay tries its upstream again after this long, then after twice as long, and so on: what it waits for when the
    // upstream comes back is about as long as that was away (docs/CONFIGURATION.md, upstream.reconnect_delay).
    private const double FirstReconnectDelaySeconds = 0.05;

    private static readonly TimeSpan Away = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    internal static async Task RunAsync(Harness harness)
    {
        for (int round = 1; round <= harness.Rounds; round++)
        {
            Harness.Say($"{UpstreamKilled} and {RelayKilled}, round {round} of {harness.Rounds}");
            foreach (string session in (string[])["plain", "secure"])
            {
                foreach (string scenario in (string[])[UpstreamKilled, RelayKilled])
                {
                    await harness.TryAsync($"{scenario}, {session}", () => RunAsync(harness, scenario, session));
                }
            }
        }
    }

    private static async Task RunAsync(Harness harness, string scenario, string session)
    {
        using var bed = new Bed(harness, Placement.Free);
        string upstreamAt = $"tcp://127.0.0.1:{Ports.Free()}";
        string relayAt = $"tcp://127.0.0.1:{Ports.Free()}";
        string[] route =
            ["--upstream", $"up={upstreamAt}", "--upstream-session", "up=plain", "--route", "ECHO=up"];
        (Child upstream, _) = await StartAsync(harness, bed, Part.Upstream, upstreamAt, "plain");
        (Child relay, _) = await StartAsync(harness, bed, Part.Relay, relayAt, session, route);
        await relay.LineWithAsync("connected to", Limit);

        using Child probe = harness.StartLoad("probe", Part.Load, bed.Placement, "probe", session, relayAt);
        await probe.LineWithAsync("\"first\"", Limit);
        await Task.Delay(200);
        double killedAt = Now;
        (scenario == UpstreamKilled ? upstream : relay).Dispose();
        await probe.LineWithAsync("\"failing\"", Limit);
        await Task.Delay(Away);
        (_, double listensAt) = scenario == UpstreamKilled
            ? await StartAsync(harness, bed, Part.Upstream, upstreamAt, "plain")
            : await StartAsync(harness, bed, Part.Relay, relayAt, session, route);
        double recoveredAt = NumberIn(await probe.LineWithAsync("\"recovered\"", Limit), "atSeconds");

        // What fails from here on fails although all is there again.
        await Task.Delay(Away);
        probe.CloseInput();
        double[] failedSentAt = NumbersIn(await probe.LineWithAsync("\"result\"", Limit), "failedSentAt");
        harness.Measurements.Add(
            Generator.KeyOf(scenario, bed.Placement, $"npfast {session}", new Shape(64, 16, 1)),
            FiguresOf(killedAt, listensAt, recoveredAt, failedSentAt));
    }

    /// <param name="killedAt">When the server was killed; this and the other times in seconds of one clock.</param>
    /// <param name="listensAt">When it took connections again.</param>
    /// <param name="recoveredAt">When the first request after that had its reply.</param>
    /// <param name="failedSentAt">When each request was sent that failed.</param>
    internal static Dictionary<string, double> FiguresOf(
        double killedAt, double listensAt, double recoveredAt, double[] failedSentAt)
    {
        // It takes connections a moment before it says so.
        double seconds = Math.Max(recoveredAt - listensAt, 0);
        return new Dictionary<string, double>
        {
            [FigureName.RecoverySeconds] = seconds,
            [FigureName.RecoveryOfDelay] = seconds / (listensAt - killedAt + FirstReconnectDelaySeconds),
            [FigureName.FailedInFlight] = failedSentAt.Count(at => at < killedAt),
            [FigureName.FailedWhileDown] = failedSentAt.Count(at => at >= killedAt && at < recoveredAt),
            [FigureName.FailedAfterwards] = failedSentAt.Count(at => at >= recoveredAt),
        };
    }

    // The time at which it says that it listens is its own, of the clock on the wall; here it is told by the monotonic
    // clock, which the probe reads as well.
    private static async Task<(Child Child, double ListensAt)> StartAsync(
        Harness harness, Bed bed, Part part, string at, string session, params IEnumerable<string> options)
    {
        Child child = bed.Keep(harness.StartNpfast($"npfast {session}", part, bed.Placement,
            ["relay", "--listen", at, "--session", session, "--state", harness.Folder, .. options]));
        string line = await child.LineWithAsync("listening on", Limit);
        var said = DateTimeOffset.Parse(line.AsSpan(0, line.IndexOf(' ')), CultureInfo.InvariantCulture);
        return (child, Now - (DateTimeOffset.UtcNow - said).TotalSeconds);
    }

    private static double Now => (double)Stopwatch.GetTimestamp() / Stopwatch.Frequency;

    private static double NumberIn(string line, string name)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        return document.RootElement.GetProperty(name).GetDouble();
    }

    private static double[] NumbersIn(string line, string name)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        return [.. document.RootElement.GetProperty(name).EnumerateArray().Select(static e => e.GetDouble())];
    }
}
