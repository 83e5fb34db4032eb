using System.Collections.Generic;
using NetworkProtocol.Fast.Benchmarks.Budgets;
using NetworkProtocol.Fast.Benchmarks.Measuring;
using NetworkProtocol.Fast.Benchmarks.Reports;
using NetworkProtocol.Fast.Benchmarks.Tests.Measuring;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Benchmarks.Tests.Reports;

[TestFixture]
internal sealed class CellMarksTests
{
    [TestCase(FigureName.MaxOfWindow, 0.49, null)]
    [TestCase(FigureName.MaxOfWindow, 0.5, CellMarks.StoodStill)]
    [TestCase(FigureName.OfRate, 0.99, null)]
    [TestCase(FigureName.OfRate, 0.98, CellMarks.RateNotKept)]
    [TestCase(FigureName.LoadCoreBusy, 0.94, null)]
    [TestCase(FigureName.LoadCoreBusy, 0.96, CellMarks.GeneratorBound)]
    public void Of_Figure_IsMarkedFromItsLimitOn(string figure, double value, string? mark) =>
        Assert.That(CellMarks.Of(CellWith(figure, value)),
            mark is null ? Is.Empty : Is.EqualTo(new[] { mark }));

    [Test]
    public void Of_OneRoundThatStoodStill_IsMarked()
    {
        Cell cell = CellWith(FigureName.MaxOfWindow, 0.1);
        cell.Add(new Dictionary<string, double> { [FigureName.MaxOfWindow] = 2 });
        cell.Add(new Dictionary<string, double> { [FigureName.MaxOfWindow] = 0.1 });
        Assert.That(CellMarks.Of(cell), Is.EqualTo(new[] { CellMarks.StoodStill }));
    }

    [Test]
    public void Of_ProcessorTime_IsNotBoundByTheGenerator()
    {
        Cell cell = CellWith(FigureName.LoadCoreBusy, 1);
        Assert.That(CellMarks.Of(cell, FigureName.RelayCpu), Is.Empty);
        Assert.That(CellMarks.Of(cell, FigureName.MegabytesPerSecond), Is.Not.Empty);
    }

    [Test]
    public void Write_MarkedCells_SayItInBothTables()
    {
        var measurements = new Measurements();
        foreach (string subject in (string[])["npfast", "haproxy"])
        {
            measurements.Add(CellTests.Key(subject), new Dictionary<string, double>
            {
                [FigureName.MegabytesPerSecond] = 100,
                [FigureName.LoadCoreBusy] = subject == "npfast" ? 1 : 0.5,
            });
        }

        var budget = new RatioBudget
        {
            What = "rate", Scenario = "echo", Placement = "one core", PayloadBytes = 64, Subject = "npfast",
            Baseline = "haproxy", Figure = FigureName.MegabytesPerSecond, TargetMin = 0.5,
        };
        Assert.That(TargetTable.Write([budget], measurements, []),
            Does.Contain("| rate (one core) | >= 0.5 | 1 | yes (npfast generator-bound) |"));
        string page = LoadPage.Write(measurements);
        Assert.That(page, Does.Contain("| npfast (**generator-bound**) | 64 |"));
        Assert.That(page, Does.Contain("| haproxy | 64 |"));
    }

    private static Cell CellWith(string figure, double value)
    {
        var cell = new Cell(CellTests.Key("subject"));
        cell.Add(new Dictionary<string, double> { [figure] = value });
        return cell;
    }
}
