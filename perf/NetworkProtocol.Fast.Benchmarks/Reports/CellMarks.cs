using System.Collections.Generic;
using NetworkProtocol.Fast.Benchmarks.Measuring;

namespace NetworkProtocol.Fast.Benchmarks.Reports;

/// <summary>What whoever reads a cell's figures has to know: they stay in the tables, and mean less.</summary>
internal static class CellMarks
{
    internal const string StoodStill = "stood still";
    internal const string RateNotKept = "rate not kept";
    internal const string GeneratorBound = "generator-bound";

    // What is under way then waited for half of the window: the other half is all that rates and percentiles tell of.
    private const double StillMin = 0.5;
    private const double RateKeptMin = 0.99;

    // A processor that is busy for so much of a window has nothing left to ask with.
    private const double BusyMin = 0.95;

    internal static IEnumerable<string> Of(Cell cell)
    {
        if (cell.Find(FigureName.MaxOfWindow) is { Max: >= StillMin })
        {
            yield return StoodStill;
        }

        if (cell.Find(FigureName.OfRate) is { Median: < RateKeptMin })
        {
            yield return RateNotKept;
        }

        if (cell.Find(FigureName.LoadCoreBusy) is { Median: >= BusyMin })
        {
            yield return GeneratorBound;
        }
    }

    /// <summary>Those that bear on a figure: how fast load and upstream are says nothing of the relay's processor
    /// time.</summary>
    internal static IEnumerable<string> Of(Cell cell, string figure)
    {
        foreach (string mark in Of(cell))
        {
            if (mark != GeneratorBound || figure is FigureName.MessagesPerSecond or FigureName.MegabytesPerSecond)
            {
                yield return mark;
            }
        }
    }
}
