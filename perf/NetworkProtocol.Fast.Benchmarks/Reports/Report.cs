using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using NetworkProtocol.Fast.Benchmarks.Budgets;
using NetworkProtocol.Fast.Benchmarks.Load;
using NetworkProtocol.Fast.Benchmarks.Measuring;
using NetworkProtocol.Fast.Benchmarks.Micro;

namespace NetworkProtocol.Fast.Benchmarks.Reports;

/// <summary>One run: what was measured, where, and which budgets it broke.</summary>
/// <param name="measurements">What processes of their own measured.</param>
/// <param name="ratios">Whose targets the page shows.</param>
internal sealed class Report(Measurements measurements, IReadOnlyList<RatioBudget> ratios)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public DateTimeOffset Date { get; init; } = DateTimeOffset.UtcNow;

    public Machine Machine { get; init; } = new();

    public required string Commit { get; init; }

    /// <summary>A smoke run's figures are coarse: they show that the harness works.</summary>
    public required bool Smoke { get; init; }

    public required IReadOnlyList<MicroResult> Micro { get; init; }

    public required IReadOnlyList<LoadResult> Load { get; init; }

    /// <summary>Figures of each scenario, placement, subject and shape.</summary>
    public IReadOnlyList<CellRow> Cells => [.. measurements.Cells.Select(CellRow.Of)];

    public IReadOnlyList<Series> Series => measurements.Series;

    public IReadOnlyList<string> Missing => measurements.Missing;

    public required IReadOnlyList<string> BrokenBudgets { get; init; }

    /// <summary>Writes <c>date-machine.json</c> and <c>.md</c>.</summary>
    /// <returns>Path of the page for people.</returns>
    internal string Write(string folder)
    {
        Directory.CreateDirectory(folder);
        string name = string.Create(CultureInfo.InvariantCulture, $"{Date:yyyy-MM-dd-HHmmss}-{Machine.Name}");
        File.WriteAllText(Path.Combine(folder, name + ".json"), JsonSerializer.Serialize(this, Json));
        string page = Path.Combine(folder, name + ".md");
        File.WriteAllText(page, ToPage() + Plots.Write(measurements, folder, name));
        return page;
    }

    internal string ToPage()
    {
        CultureInfo plain = CultureInfo.InvariantCulture;
        var page = new StringBuilder();
        page.Append("# Benchmarks").Append(Smoke ? " (smoke run: coarse figures)\n\n" : "\n\n");
        page.Append(plain, $"{Date:yyyy-MM-dd HH:mm} UTC, commit {Commit}, {Machine.Processor} ")
            .Append(plain, $"x {Machine.Processors}, {Machine.System}, {Machine.Runtime}.\n");
        if (measurements.Cells.Count > 0)
        {
            page.Append(TargetTable.Write(ratios, measurements, Load)).Append(LoadPage.Write(measurements));
        }

        if (Micro.Count > 0)
        {
            page.Append("\n| micro benchmark | code | best ns | median ns | B allocated |\n"
                + "| --- | --- | ---: | ---: | ---: |\n");
            foreach (MicroResult r in Micro)
            {
                page.Append(plain, $"| {r.Benchmark} | {r.Compilation} | {r.BestNanoseconds:#,0.00} ")
                    .Append(plain, $"| {r.MedianNanoseconds:#,0.00} ").Append(plain, $"| {r.AllocatedBytes:0.##} |\n");
            }
        }

        if (Load.Count > 0)
        {
            page.Append("\n| in one process | code | payload B | connections x in flight | messages/s | of raw "
                + "| p50 us | p99 us | B allocated | CPU us |\n");
            page.Append("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n");
            foreach (LoadResult r in Load)
            {
                page.Append(plain, $"| {r.Subject} | {r.Compilation} | {r.PayloadBytes} ")
                    .Append(plain, $"| {r.Connections} x {r.InFlight} | {r.MessagesPerSecond:#,0} ")
                    .Append(plain, $"| {r.RatioToRaw:0.00} | {r.P50Microseconds:0.0} | {r.P99Microseconds:0.0} ")
                    .Append(plain, $"| {r.AllocatedBytesPerMessage:0.###} | {r.CpuMicrosecondsPerMessage:0.00} |\n");
            }
        }

        if (Missing.Count > 0)
        {
            page.Append("\nNot measured:\n\n");
            foreach (string missing in Missing)
            {
                page.Append("- ").Append(missing).Append('\n');
            }
        }

        page.Append('\n').Append(BrokenBudgets.Count == 0 ? "Every budget holds.\n" : "Broken budgets:\n\n");
        foreach (string broken in BrokenBudgets)
        {
            page.Append("- ").Append(broken).Append('\n');
        }

        return page.ToString();
    }
}
