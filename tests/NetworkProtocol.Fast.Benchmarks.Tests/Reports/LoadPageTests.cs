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
        measurements.Missing.Add("socat: not installed");
        measurements.Add(CellTests.Key("raw"), new Dictionary<string, double> { [FigureName.P50] = 12 });
        string page = LoadPage.Write(measurements);
        Assert.That(page, Does.Contain("## echo, one core"));
        Assert.That(page, Does.Contain("| raw | 64 | 0 x 0 | 12.0 |"));
        Assert.That(page, Does.Contain("- socat: not installed"));
        Assert.That(page, Does.Not.Contain("messages/s"));
    }
}
