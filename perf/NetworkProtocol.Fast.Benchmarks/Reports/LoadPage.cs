using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using NetworkProtocol.Fast.Benchmarks.Measuring;

namespace NetworkProtocol.Fast.Benchmarks.Reports;

/// <summary>What was measured with processes, as tables: one for each scenario and placement.</summary>
internal static class LoadPage
{
    // Figures in the order of columns. Those that no cell of a table has get no column in it.
    private static readonly (string Name, string Title)[] Columns =
    [
        (FigureName.MessagesPerSecond, "messages/s"),
        (FigureName.MegabytesPerSecond, "MB/s"),
        (FigureName.P50, "p50 us"),
        ("p90Us", "p90 us"),
        (FigureName.P99, "p99 us"),
        ("p99.9Us", "p99.9 us"),
        ("maxUs", "max us"),
        (FigureName.OfRate, "of the rate"),
        (FigureName.RelayCpu, "relay CPU us"),
        (FigureName.LoadCpu, "load CPU us"),
        (FigureName.UpstreamCpu, "upstream CPU us"),
        (FigureName.LoadCoreBusy, "core of load and upstream busy"),
        (FigureName.RelayMegabytes, "relay MB"),
        (FigureName.LoadMegabytes, "load MB"),
        (FigureName.UpstreamMegabytes, "upstream MB"),
        (FigureName.PeakMegabytes, "peak MB"),
        (FigureName.PeakOfBound, "peak of the bound"),
        (FigureName.MemoryGrowth, "memory growth"),
        ("undisturbedP99Us", "p99 us before"),
        (FigureName.StalledP99Ratio, "p99 of that before"),
        (FigureName.RecoverySeconds, "s to first success"),
        (FigureName.RecoveryOfDelay, "of the reconnect delay"),
        (FigureName.FailedInFlight, "failed in flight"),
        (FigureName.FailedWhileDown, "failed while down"),
        (FigureName.FailedAfterwards, "failed afterwards"),
        (FigureName.BytesPerLink, "B a link"),
    ];

    // Three figures in one column, as collections of the generations 0/1/2.
    private static readonly (IReadOnlyList<string> Names, string Title)[] Collections =
    [
        (FigureName.RelayCollections, "relay GCs"),
        (FigureName.LoadCollections, "load GCs"),
        (FigureName.UpstreamCollections, "upstream GCs"),
    ];

    internal static string Write(Measurements measurements)
    {
        var page = new StringBuilder();
        foreach (IGrouping<(string, string), Cell> table in
            measurements.Cells.GroupBy(static cell => (cell.Key.Scenario, cell.Key.Placement)))
        {
            WriteTable(page, table.Key, [.. table]);
        }

        return page.ToString();
    }

    internal static string Text(Figure figure)
    {
        string text = Text(figure.Median);
        return figure.Min == figure.Max ? text : $"{text} ({Text(figure.Min)}-{Text(figure.Max)})";
    }

    private static void WriteTable(StringBuilder page, (string Scenario, string Placement) title, Cell[] cells)
    {
        (string Name, string Title)[] columns =
            [.. Columns.Where(column => cells.Any(cell => cell.Find(column.Name) is not null))];
        (IReadOnlyList<string> Names, string Title)[] collections =
            [.. Collections.Where(column => cells.Any(cell => cell.Find(column.Names[0]) is not null))];
        string[] titles = [.. columns.Select(static c => c.Title), .. collections.Select(static c => c.Title)];
        page.Append(CultureInfo.InvariantCulture, $"\n## {title.Scenario}, {title.Placement}\n\n");
        page.Append("| subject | payload B | connections x in flight |")
            .AppendJoin('|', titles.Select(static text => $" {text} ")).Append("|\n| --- | ---: | ---: |")
            .AppendJoin('|', titles.Select(static _ => " ---: ")).Append("|\n");
        foreach (Cell cell in cells)
        {
            CellKey key = cell.Key;
            page.Append(CultureInfo.InvariantCulture,
                $"| {key.Subject}{MarksOf(cell)} | {key.PayloadBytes} | {key.Connections} x {key.InFlight} |");
            foreach ((string name, _) in columns)
            {
                page.Append(' ').Append(cell.Find(name) is { } figure ? Text(figure) : "").Append(" |");
            }

            foreach ((IReadOnlyList<string> names, _) in collections)
            {
                page.Append(' ').AppendJoin('/', names.Select(name => cell.Find(name) is { } figure
                    ? figure.Median.ToString("0", CultureInfo.InvariantCulture)
                    : "")).Append(" |");
            }

            page.Append('\n');
        }
    }

    private static string MarksOf(Cell cell)
    {
        string marks = string.Join(", ", CellMarks.Of(cell));
        return marks.Length == 0 ? marks : $" (**{marks}**)";
    }

    // Three digits are what such figures are worth.
    private static string Text(double value) => Math.Abs(value) switch
    {
        >= 100 => value.ToString("#,0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.ToString("0.###", CultureInfo.InvariantCulture),
    };
}
