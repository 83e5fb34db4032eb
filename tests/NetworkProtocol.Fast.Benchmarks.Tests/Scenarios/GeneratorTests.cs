using System.Collections.Generic;
using NetworkProtocol.Fast.Benchmarks.Measuring;
using NetworkProtocol.Fast.Benchmarks.Processes;
using NetworkProtocol.Fast.Benchmarks.Scenarios;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Benchmarks.Tests.Scenarios;

[TestFixture]
internal sealed class GeneratorTests
{
    [Test]
    public void Read_ResultOfALoad_HasFiguresForAMessage()
    {
        const string Line = """
            {"event":"result","atSeconds":1,"messages":1000,"seconds":0.5,"messagesPerSecond":2000,
             "megabytesPerSecond":0.128,"p50":10,"p90":20,"p99":30,"p99.9":40,"max":50,"cpuSeconds":0.25,
             "allocatedBytes":4000,"residentBytes":16000000,"gen0":1,"gen1":0,"gen2":0}
            """;
        Dictionary<string, double> figures = Generator.Read(Line, out double messages);
        Assert.That(messages, Is.EqualTo(1000));
        Assert.That(figures[FigureName.MessagesPerSecond], Is.EqualTo(2000));
        Assert.That(figures[FigureName.P99], Is.EqualTo(30));
        Assert.That(figures[FigureName.LoadCpu], Is.EqualTo(250).Within(1e-9));
        Assert.That(figures["loadAllocatedBytes"], Is.EqualTo(4).Within(1e-9));
        Assert.That(figures[FigureName.LoadMegabytes], Is.EqualTo(16).Within(1e-9));
        Assert.That(figures[FigureName.LoadCollections[0]], Is.EqualTo(1));
        Assert.That(figures[FigureName.LoadCollections[2]], Is.Zero);
    }

    [TestCase(10, 10, 11, 1)]
    [TestCase(10, 10.25, 11, 0.75)]
    [TestCase(10, 9.9, 11, 1)]
    [TestCase(10, 12, 11, double.NaN)]
    public void ShareSeen_LateWatcher_IsThePartThatItSaw(double begins, double seenFrom, double ends, double share) =>
        Assert.That(CpuWatch.ShareSeen(begins, seenFrom, ends), Is.EqualTo(share).Within(1e-9));

    [TestCase(64, 16, 64)]
    [TestCase(16 << 10, 4, 16)]
    [TestCase(64 << 10, 4, 4)]
    [TestCase(1 << 20, 4, 1)]
    public void Busy_LargePayloads_KeepsFewUnderWay(int payloadBytes, int connections, int inFlight)
    {
        var shape = Shape.Busy(payloadBytes);
        Assert.That(shape, Is.EqualTo(new Shape(payloadBytes, connections, inFlight)));
        Assert.That((long)payloadBytes * connections * inFlight, Is.LessThanOrEqualTo(4L << 20));
    }

    [Test]
    public void KeyOf_Measurement_SaysAllThatItDependsOn() =>
        Assert.That(Generator.KeyOf("echo", Placement.OneCore, "raw", Shape.PingPong),
            Is.EqualTo(new CellKey
            {
                Scenario = "echo", Placement = "one core", Subject = "raw", PayloadBytes = 64, Connections = 1,
                InFlight = 1,
            }));
}
