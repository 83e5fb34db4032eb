using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Benchmarks.Measuring;
using NetworkProtocol.Fast.Benchmarks.Processes;
using NetworkProtocol.Fast.Relay.Cli;

namespace NetworkProtocol.Fast.Benchmarks.Scenarios;

/// <summary>Runs <c>npfast-load generate</c> once, which reads, at both ends of its window, the clocks of the processes
/// that take part.</summary>
internal static class Generator
{
    // Warming up, draining and starting, besides the window.
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(30);

    /// <param name="harness">The programs.</param>
    /// <param name="placement">Where the load runs.</param>
    /// <param name="subject">What it is put on.</param>
    /// <param name="shape">How much is under way.</param>
    /// <param name="seconds">Length of the window.</param>
    /// <param name="latencies">Takes in all latencies; null if they are not to be put together with others.</param>
    internal static async Task<Dictionary<string, double>> RunAsync(Harness harness, Placement placement,
        Subject subject, Shape shape, double seconds, LatencyHistogram? latencies = null)
    {
        string watch = string.Create(CultureInfo.InvariantCulture, $"{subject.Relay.Id}");
        string[] arguments =
        [
            "generate", subject.Kind, subject.Target, .. shape.Options, .. subject.Options,
            "--seconds", seconds.ToString(CultureInfo.InvariantCulture),
            "--watch", subject.Upstream is { Id: var id }
                ? string.Create(CultureInfo.InvariantCulture, $"{watch},{id}")
                : watch,
        ];
        CollectionWatch collections = await CollectionWatch.BeginAsync(subject);
        using Child load = harness.StartLoad($"load on {subject.Name}", Part.Load, placement, arguments);
        TimeSpan limit = TimeSpan.FromSeconds(seconds) + Slack;
        await load.LineWithAsync("\"measured\"", limit);
        double relayBytes = subject.Relay.ResidentBytes;
        string result = await load.LineWithAsync("\"result\"", limit);
        Dictionary<string, double> figures = Read(result, shape.PayloadBytes, placement.SeparatesRelay);
        if (latencies is not null)
        {
            ReadLatencies(result, latencies);
        }

        figures[FigureName.RelayMegabytes] = relayBytes / 1e6;
        if (subject.Upstream is { } upstream)
        {
            figures[FigureName.UpstreamMegabytes] = upstream.ResidentBytes / 1e6;
        }

        await collections.EndAsync(figures);
        return figures;
    }

    /// <summary>Adds the latencies of a result's line.</summary>
    internal static void ReadLatencies(string line, LatencyHistogram latencies)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        JsonElement pairs = document.RootElement.GetProperty("latencies");
        for (int i = 0; i + 1 < pairs.GetArrayLength(); i += 2)
        {
            latencies.Add(pairs[i].GetInt32(), pairs[i + 1].GetInt64());
        }
    }

    /// <summary>Reads the line of a result.</summary>
    /// <param name="line">What the load said.</param>
    /// <param name="payloadBytes">Of each message.</param>
    /// <param name="separatesRelay">Whether load and upstream share a processor on which the relay is not.</param>
    internal static Dictionary<string, double> Read(string line, int payloadBytes, bool separatesRelay)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        JsonElement result = document.RootElement;
        double messages = result.GetProperty("messages").GetDouble();
        double seconds = result.GetProperty("seconds").GetDouble();
        double loadCpu = result.GetProperty("cpuSeconds").GetDouble();
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
            [FigureName.MaxOfWindow] = result.GetProperty("max").GetDouble() / (seconds * 1e6),
            [FigureName.LoadCpu] = loadCpu * 1e6 * perMessage,
            [FigureName.LoadMegabytes] = result.GetProperty("residentBytes").GetDouble() / 1e6,
            ["loadAllocatedBytes"] = result.GetProperty("allocatedBytes").GetDouble() * perMessage,
        };
        for (int i = 0; i < collections.Length; i++)
        {
            figures[FigureName.LoadCollections[i]] = collections[i];
        }

        double[] watched =
            [.. result.GetProperty("watchedCpuSeconds").EnumerateArray().Select(static s => s.GetDouble())];
        AddCpu(figures, watched, messages, payloadBytes);
        if (separatesRelay)
        {
            figures[FigureName.LoadCoreBusy] = (loadCpu + watched.Skip(1).Sum()) / seconds;
        }

        if (result.TryGetProperty("ofRate", out JsonElement ofRate))
        {
            figures[FigureName.OfRate] = ofRate.GetDouble();
        }

        return figures;
    }

    // The relay's seconds, and the upstream's if there is one.
    private static void AddCpu(
        Dictionary<string, double> figures, double[] watched, double messages, int payloadBytes)
    {
        if (messages == 0 || watched.Length == 0)
        {
            return;
        }

        figures[FigureName.RelayCpu] = watched[0] * 1e6 / messages;
        figures[FigureName.MegabytesPerRelayCpuSecond] = payloadBytes * messages / watched[0] / 1e6;
        if (watched.Length > 1)
        {
            figures[FigureName.UpstreamCpu] = watched[1] * 1e6 / messages;
        }
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
