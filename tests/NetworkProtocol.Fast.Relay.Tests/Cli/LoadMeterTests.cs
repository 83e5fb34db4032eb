using NetworkProtocol.Fast.Relay.Cli.Bench;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Cli;

[TestFixture]
internal sealed class LoadMeterTests
{
    // The window is from 100 to 200.
    [TestCase(110, 120, 1, 1, TestName = "within the window")]
    [TestCase(90, 110, 0, 1, TestName = "sent while warming up")]
    [TestCase(190, 5000, 1, 0, TestName = "held up beyond the end")]
    [TestCase(80, 90, 0, 0, TestName = "before the window")]
    [TestCase(200, 210, 0, 0, TestName = "due when it was over")]
    public void Record_Message_CountsWhereItBeganAndWhereItEnded(long begun, long ended, int latencies, int messages)
    {
        var run = new LoadRun(1);
        var meter = new LoadMeter(run);
        run.Measure(100);
        run.Stop(200);
        meter.Record(begun, ended);
        Assert.That(meter.Latencies.Count, Is.EqualTo(latencies));
        Assert.That(meter.Messages, Is.EqualTo(messages));
    }

    [Test]
    public void Record_BeforeTheWindowIsOpen_CountsNothing()
    {
        var meter = new LoadMeter(new LoadRun(1));
        meter.Record(1, 2);
        Assert.That(meter.Latencies.Count, Is.Zero);
        Assert.That(meter.Messages, Is.Zero);
    }
}
