using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using NetworkProtocol.Fast.Benchmarks.Measuring;
using NetworkProtocol.Fast.Benchmarks.Scenarios;
using ScottPlot;
using ScottPlot.Plottables;
using ScottPlot.TickGenerators;

namespace NetworkProtocol.Fast.Benchmarks.Reports;

/// <summary>Plots as SVG beside the page: throughput by size, latency percentiles, memory over time.</summary>
internal static class Plots
{
    private const int Width = 800;
    private const int Height = 450;

    private static readonly (string Figure, string Title)[] Percentiles =
        [(FigureName.P50, "p50"), ("p90Us", "p90"), (FigureName.P99, "p99"), ("p99.9Us", "p99.9")];

    /// <returns>What the page shows of them.</returns>
    internal static string Write(Measurements measurements, string folder, string name)
    {
        var page = new StringBuilder();
        foreach (string scenario in (string[])[SteadyScenarios.Echo, SteadyScenarios.Forwarded])
        {
            Add($"{scenario}-throughput", $"{scenario}, one core: MB/s by payload", Throughput(measurements, scenario));
            Add($"{scenario}-latency", $"{scenario}, one core, ping-pong: latency in us",
                Latency(measurements, scenario));
        }

        Add("memory", "resident memory in MB while a peer is stalled, over seconds", Memory(measurements.Series));
        return page.ToString();

        void Add(string what, string title, Plot? plot)
        {
            if (plot is not null)
            {
                string file = $"{name}-{what}.svg";
                plot.Title(title);
                plot.ShowLegend(Alignment.UpperLeft);
                plot.SaveSvg(Path.Combine(folder, file), Width, Height);
                page.Append(CultureInfo.InvariantCulture, $"\n![{title}]({file})\n");
            }
        }
    }

    private static Plot? Throughput(Measurements measurements, string scenario)
    {
        var plot = new Plot();
        bool any = false;
        foreach (IGrouping<string, Cell> subject in OneCore(measurements, scenario).GroupBy(static c => c.Key.Subject))
        {
            Cell[] bySize = [.. subject.Where(static c => IsBusy(c.Key) && c.Key.PayloadBytes > 0)
                .OrderBy(static c => c.Key.PayloadBytes)];
            if (bySize.Length > 1)
            {
                any = true;
                Scatter line = plot.Add.Scatter(
                    bySize.Select(static c => Math.Log2(c.Key.PayloadBytes)).ToArray(),
                    bySize.Select(static c => c.Find(FigureName.MegabytesPerSecond)!.Value.Median).ToArray());
                line.LegendText = subject.Key;
                Label(plot, bySize.Select(static c => (Math.Log2(c.Key.PayloadBytes), $"{c.Key.PayloadBytes:#,0} B")));
            }
        }

        return any ? plot : null;
    }

    private static Plot? Latency(Measurements measurements, string scenario)
    {
        var plot = new Plot();
        bool any = false;
        foreach (Cell cell in OneCore(measurements, scenario)
            .Where(static c => c.Key is { Connections: 1, InFlight: 1 }))
        {
            any = true;
            Scatter line = plot.Add.Scatter(
                Enumerable.Range(0, Percentiles.Length).Select(static i => (double)i).ToArray(),
                Percentiles.Select(p => cell.Find(p.Figure)?.Median ?? 0).ToArray());
            line.LegendText = cell.Key.Subject;
        }

        Label(plot, Percentiles.Select(static (p, i) => ((double)i, p.Title)));
        return any ? plot : null;
    }

    private static Plot? Memory(List<Series> all)
    {
        var plot = new Plot();
        foreach (Series series in all)
        {
            plot.Add.Scatter(series.Seconds.ToArray(), series.Values.ToArray()).LegendText = series.Name;
        }

        plot.Axes.SetLimitsY(0, all.SelectMany(static s => s.Values).DefaultIfEmpty(1).Max() * 1.3);
        return all.Count > 0 ? plot : null;
    }

    private static IEnumerable<Cell> OneCore(Measurements measurements, string scenario) => measurements.Cells
        .Where(cell => cell.Key.Scenario == scenario && cell.Key.Placement == Processes.Placement.OneCore.Name);

    private static bool IsBusy(CellKey key) =>
        new Shape(key.PayloadBytes, key.Connections, key.InFlight) == Shape.Busy(key.PayloadBytes);

    private static void Label(Plot plot, IEnumerable<(double At, string Text)> ticks)
    {
        var manual = new NumericManual();
        foreach ((double at, string text) in ticks)
        {
            manual.AddMajor(at, text);
        }

        plot.Axes.Bottom.TickGenerator = manual;
    }
}
