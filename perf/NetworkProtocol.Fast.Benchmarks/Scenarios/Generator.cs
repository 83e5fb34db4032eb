using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text.Json;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Benchmarks.Measuring;
using NetworkProtocol.Fast.Benchmarks.Processes;

namespace NetworkProtocol.Fast.Benchmarks.Scenarios;

/// <summary>Runs <c>npfast-load generate</c> once and reads, at both ends of its window, the clocks of the processes
/// that take part.</summary>
internal static class Generator
{
    // Warming up, draining and starting, besides the window.
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(30);

    internal static async Task<Dictionary<string, double>> RunAsync(
        Harness harness, Placement placement, Subject subject, Shape shape, double seconds)
    {
        string[] arguments =
        [
            "generate", subject.Kind, subject.Target, .. shape.Options, .. subject.Options,
            "--seconds", seconds.ToString(CultureInfo.InvariantCulture),
        ];
        CollectionWatch collections = await CollectionWatch.BeginAsync(subject);
        using Child load = harness.StartLoad($"load on {subject.Name}", Part.Load, placement, arguments);
        TimeSpan limit = TimeSpan.FromSeconds(seconds) + Slack;
        double begins = TimeOf(await load.LineWithAsync("\"measuring\"", limit));
        var watch = new CpuWatch(subject, begins);
        double ends = TimeOf(await load.LineWithAsync("\"measured\"", limit));
        (double relayCpu, double upstreamCpu) = watch.End(ends);
        double relayBytes = subject.Relay.ResidentBytes;
        Dictionary<string, double> figures = Read(await load.LineWithAsync("\"result\"", limit), out double messages);
        if (messages > 0)
        {
            figures[FigureName.RelayCpu] = relayCpu * 1e6 / messages;
            figures[FigureName.MegabytesPerRelayCpuSecond] = shape.PayloadBytes * messages / relayCpu / 1e6;
            if (subject.Upstream is not null)
            {
                figures[FigureName.UpstreamCpu] = upstreamCpu * 1e6 / messages;
            }
        }

        figures[FigureName.RelayMegabytes] = relayBytes / 1e6;
        if (subject.Upstream is { } upstream)
        {
            figures[FigureName.UpstreamMegabytes] = upstream.ResidentBytes / 1e6;
        }

        await collections.EndAsync(figures);
        return figures;
    }

    /// <summary>Reads the line of a result.</summary>
    internal static Dictionary<string, double> Read(string line, out double messages)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        JsonElement result = document.RootElement;
        messages = result.GetProperty("messages").GetDouble();
        double perMessage = 1 / Math.Max(messages, 1);
        double[] collections = CollectionCounts.ReadAnswer(result);
        var figures = new Dictionary<string, double>
        {
            [FigureName.MessagesPerSecond] = result.GetProperty("messagesPerSecond").GetDouble(),
            [FigureName.MegabytesPerSecond] = result.GetProperty("megabytesPerSecond").GetDouble(),
            [FigureName.P50] = result.GetProperty("p50").GetDouble(),
            ["p90Us"] = result.GetProperty("p90").GetDouble(),
            [FigureName.P99] = result.GetProperty("p99").GetDouble(),
            ["p99.9Us"] = result.GetProperty("p99.9").GetDouble(),
            ["maxUs"] = result.GetProperty("max").GetDouble(),
            [FigureName.LoadCpu] = result.GetProperty("cpuSeconds").GetDouble() * 1e6 * perMessage,
            [FigureName.LoadMegabytes] = result.GetProperty("residentBytes").GetDouble() / 1e6,
            ["loadAllocatedBytes"] = result.GetProperty("allocatedBytes").GetDouble() * perMessage,
        };
        for (int i = 0; i < collections.Length; i++)
        {
            figures[FigureName.LoadCollections[i]] = collections[i];
        }

        return figures;
    }

    private static double TimeOf(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        return document.RootElement.GetProperty("atSeconds").GetDouble();
    }

    /// <summary>Puts every shape on every subject, subjects taking turns in each round.</summary>
    internal static async Task RunAllAsync(
        Harness harness, string scenario, Placement placement, IReadOnlyList<Subject> subjects,
        IReadOnlyList<Shape> shapes)
    {
        foreach (Shape shape in shapes)
        {
            for (int round = 1; round <= harness.Rounds; round++)
            {
                Harness.Say($"{scenario}, {placement}, {shape.PayloadBytes} B, {shape.Connections} x {shape.InFlight}, "
                    + $"round {round} of {harness.Rounds}");
                foreach (Subject subject in subjects)
                {
                    CellKey key = KeyOf(scenario, placement, subject.Name, shape);

                    // A round that failed keeps its place, or later ones would be compared with those of another time.
                    Dictionary<string, double> figures = [];
                    await harness.TryAsync(key.ToString(), async () =>
                        figures = await RunAsync(harness, placement, subject, shape, harness.Seconds));
                    harness.Measurements.Add(key, figures);
                }
            }
        }
    }

    internal static CellKey KeyOf(string scenario, Placement placement, string subject, Shape shape) => new()
    {
        Scenario = scenario,
        Placement = placement.Name,
        Subject = subject,
        PayloadBytes = shape.PayloadBytes,
        Connections = shape.Connections,
        InFlight = shape.InFlight,
    };
}
