using System.Collections.Generic;
using NetworkProtocol.Fast.Benchmarks.Measuring;
using NetworkProtocol.Fast.Benchmarks.Reports;
using NetworkProtocol.Fast.Benchmarks.Tests.Measuring;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Benchmarks.Tests.Reports;

[TestFixture]
internal sealed class LoadPageTests
{
    [TestCase(0.1234, "0.123")]
    [TestCase(12.34, "12.3")]
    [TestCase(1234567.8, "1,234,568")]
    public void Text_Value_HasTheDigitsThatItIsWorth(double value, string text) =>
        Assert.That(LoadPage.Text(new Figure(value, value, value)), Is.EqualTo(text));

    [Test]
    public void Text_SeveralRounds_ShowsTheSpread() =>
        Assert.That(LoadPage.Text(new Figure(2, 1, 3)), Is.EqualTo("2 (1-3)"));

    [Test]
    public void Write_Cells_HaveColumnsOnlyForWhatWasMeasured()
    {
        var measurements = new Measurements();
        measurements.Add(CellTests.Key("raw"), new Dictionary<string, double> { [FigureName.P50] = 12 });
        string page = LoadPage.Write(measurements);
        Assert.That(page, Does.Contain("## echo, one core"));
        Assert.That(page, Does.Contain("| raw | 64 | 0 x 0 | 12.0 |"));
        Assert.That(page, Does.Not.Contain("messages/s"));
    }

    [Test]
    public void Write_Collections_ShareAColumn()
    {
        var measurements = new Measurements();
        var figures = new Dictionary<string, double> { [FigureName.P50] = 12 };
        for (int i = 0; i < FigureName.RelayCollections.Count; i++)
        {
            figures[FigureName.RelayCollections[i]] = 3 - i;
        }

        measurements.Add(CellTests.Key("npfast"), figures);
        string page = LoadPage.Write(measurements);
        Assert.That(page, Does.Contain("| p50 us | relay GCs |"));
        Assert.That(page, Does.Contain("| 12.0 | 3/2/1 |"));
        Assert.That(page, Does.Not.Contain("upstream GCs"));
    }

    [Test]
    public void ToPage_PeerThatIsNotInstalled_IsNamed()
    {
        var measurements = new Measurements();
        measurements.Missing.Add("socat: not installed");
        var report = new Report(measurements, [])
        {
            Commit = "x", Smoke = true, Micro = [], Load = [], BrokenBudgets = [],
        };
        Assert.That(report.ToPage(), Does.Contain("Not measured:\n\n- socat: not installed\n"));
    }
}
