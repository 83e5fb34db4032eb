using System;
using System.Collections.Generic;
using NetworkProtocol.Fast.Benchmarks.Measuring;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Benchmarks.Tests.Measuring;

[TestFixture]
internal sealed class CellTests
{
    [TestCase(new double[] { 5 }, 5, 5, 5)]
    [TestCase(new double[] { 3, 1, 2 }, 2, 1, 3)]
    [TestCase(new double[] { 4, 1, 3, 2 }, 2.5, 1, 4)]
    public void Figure_OfValues_IsMedianAndEnds(double[] values, double median, double min, double max) =>
        Assert.That(Figure.Of(values), Is.EqualTo(new Figure(median, min, max)));

    [Test]
    public void Figure_OfNothing_IsRefused() => Assert.That(() => Figure.Of([]), Throws.ArgumentException);

    [Test]
    public void RatioTo_RoundsThatDiffer_ComparesEachWithItsOwn()
    {
        // Twice as slow in its second round, as was the other: the machine was busy, nothing else.
        Cell mine = CellOf(50, 25, 60);
        Cell theirs = CellOf(100, 50, 100);
        Assert.That(mine.RatioTo(theirs, "rate"), Is.EqualTo(new Figure(0.5, 0.5, 0.6)));
    }

    [Test]
    public void RatioTo_FigureThatIsMissingOrZero_IsNone()
    {
        Assert.That(CellOf(1).RatioTo(CellOf(1), "other"), Is.Null);
        Assert.That(CellOf(1).RatioTo(CellOf(0), "rate"), Is.Null);
    }

    [Test]
    public void Add_SameKeyTwice_IsOneCellOfTwoRounds()
    {
        var measurements = new Measurements();
        measurements.Add(Key("a"), new Dictionary<string, double> { ["rate"] = 1 });
        measurements.Add(Key("a"), new Dictionary<string, double> { ["rate"] = 2 });
        measurements.Add(Key("b"), new Dictionary<string, double> { ["rate"] = 3 });
        Assert.That(measurements.Cells, Has.Count.EqualTo(2));
        Assert.That(measurements.Cells[0].Rounds, Has.Count.EqualTo(2));
        Assert.That(measurements.Cells[0].Names, Is.EqualTo(new[] { "rate" }));
    }

    internal static CellKey Key(string subject) =>
        new() { Scenario = "echo", Placement = "one core", Subject = subject, PayloadBytes = 64 };

    private static Cell CellOf(params ReadOnlySpan<double> rates)
    {
        var cell = new Cell(Key("subject"));
        foreach (double rate in rates)
        {
            cell.Add(new Dictionary<string, double> { ["rate"] = rate });
        }

        return cell;
    }
}
