using System;
using System.Collections.Generic;
using System.Globalization;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Benchmarks.Measuring;
using NetworkProtocol.Fast.Benchmarks.Processes;

namespace NetworkProtocol.Fast.Benchmarks.Scenarios;

/// <summary>What an idle connection costs in memory of the relay's process, beyond the first hundred.</summary>
internal static class IdleScenario
{
    internal const string Name = "idle links";

    /// <summary>The same of other programs: a run of its own, which measures none of ours.</summary>
    internal const string NameOfPeers = "idle links of peers";

    private const int Baseline = 100;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    internal static Shape ShapeOf(Harness harness) => new(0, harness.IsSmoke ? 500 : 10_000, 0);

    internal static async Task RunAsync(Harness harness)
    {
        string most = (ShapeOf(harness).Connections + 100).ToString(CultureInfo.InvariantCulture);
        foreach (string session in (string[])["plain", "secure"])
        {
            using var bed = new Bed(harness, Placement.Free) { CountsCollections = false };
            (Child relay, string target) =
                await bed.NpfastAsync($"npfast {session}", Part.Relay, session, "--max-connections", most);
            await MeasureAsync(harness, Name, new Subject($"npfast {session}", session, target, relay));
        }
    }

    internal static Task MeasureAsync(Harness harness, string scenario, Subject subject) =>
        harness.TryAsync($"{scenario}, {subject.Name}", () => HoldAsync(harness, scenario, subject));

    private static async Task HoldAsync(Harness harness, string scenario, Subject subject)
    {
        Shape shape = ShapeOf(harness);
        Harness.Say($"{scenario}, {subject.Name}, {shape.Connections} connections");
        string count = shape.Connections.ToString(CultureInfo.InvariantCulture);
        using Child clients = harness.StartLoad("idle clients", Part.Load, Placement.Free,
            "idle", subject.Kind, subject.Target, "--connections", count, "--settle", harness.IsSmoke ? "1" : "12");
        await clients.LineWithAsync("\"baseline\"", Limit);
        double baseline = subject.Relay.ResidentBytes;
        await clients.LineWithAsync("\"full\"", Limit);
        double full = subject.Relay.ResidentBytes;
        var figures = new Dictionary<string, double>
        {
            [FigureName.BytesPerLink] = (full - baseline) / (shape.Connections - Baseline),
            [FigureName.RelayMegabytes] = full / 1e6,
        };
        harness.Measurements.Add(Generator.KeyOf(scenario, Placement.Free, subject.Name, shape), figures);
        clients.CloseInput();
        await clients.EndedAsync(Limit);
    }
}
