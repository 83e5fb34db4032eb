using System;
using System.Collections.Generic;
using System.Linq;
using NetworkProtocol.Fast.Benchmarks.Measuring;
using NetworkProtocol.Fast.Benchmarks.Processes;
using NetworkProtocol.Fast.Benchmarks.Scenarios;
using NetworkProtocol.Fast.Relay.Cli;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Benchmarks.Tests.Scenarios;

[TestFixture]
internal sealed class GeneratorTests
{
    [Test]
    public void Read_ResultOfALoad_HasFiguresForAMessage()
    {
        Dictionary<string, double> figures = Generator.Read(Result("[0.5]"), 64, separatesRelay: false);
        Assert.That(figures[FigureName.MessagesPerSecond], Is.EqualTo(2000));
        Assert.That(figures[FigureName.P99], Is.EqualTo(30));
        Assert.That(figures[FigureName.LoadCpu], Is.EqualTo(250).Within(1e-9));
        Assert.That(figures["loadAllocatedBytes"], Is.EqualTo(4).Within(1e-9));
        Assert.That(figures[FigureName.LoadMegabytes], Is.EqualTo(16).Within(1e-9));
        Assert.That(figures[FigureName.LoadCollections[0]], Is.EqualTo(1));
        Assert.That(figures[FigureName.LoadCollections[2]], Is.Zero);
    }

    [TestCase(true, 0.9)]
    [TestCase(false, null)]
    public void Read_ProcessesThatWereWatched_HaveTheTimeOfTheWindow(bool separatesRelay, double? busy)
    {
        Dictionary<string, double> figures = Generator.Read(Result("[0.5,0.2]"), 64, separatesRelay);
        Assert.That(figures[FigureName.RelayCpu], Is.EqualTo(500).Within(1e-9));
        Assert.That(figures[FigureName.UpstreamCpu], Is.EqualTo(200).Within(1e-9));
        Assert.That(figures[FigureName.MegabytesPerRelayCpuSecond], Is.EqualTo(0.128).Within(1e-9));
        Assert.That(
            figures.TryGetValue(FigureName.LoadCoreBusy, out double share) ? Math.Round(share, 9) : (double?)null,
            Is.EqualTo(busy));
    }

    [Test]
    public void ReadLatencies_SeveralRounds_AreOneDistribution()
    {
        // 99 fast ones and one slow: alone the slow one is beyond p99, in a round of its own it is all there is.
        var recorded = new LatencyHistogram();
        var pooled = new LatencyHistogram();
        recorded.Record(1_000_000);
        (int slow, _) = recorded.Buckets.Single();
        Generator.ReadLatencies($$"""{"latencies":[10,60,12,39]}""", pooled);
        Generator.ReadLatencies($$"""{"latencies":[{{slow}},1]}""", pooled);
        Assert.That(pooled.Count, Is.EqualTo(100));
        Assert.That(pooled.PercentileMicroseconds(0.99), Is.LessThan(1));
        Assert.That(pooled.PercentileMicroseconds(1),
            Is.EqualTo(recorded.PercentileMicroseconds(1)).Within(1.6).Percent);
    }

    [TestCase(20, 20, 0)]
    [TestCase(20, 10, 0)]
    [TestCase(20, 120.663296, 1)]
    public void PeakOfBound_Memory_IsWhatWasAddedToAnIdleRelay(double idle, double peak, double share) =>
        Assert.That(BackpressureScenarios.PeakOfBound(idle, peak), Is.EqualTo(share).Within(1e-9));

    [Test]
    public void AddTo_StallWithSlowerOthers_IsTheRatioOfBothP99()
    {
        var latencies = new StallLatencies();
        latencies.Before.Record(10_000);
        latencies.Beside.Record(20_000);
        Dictionary<string, double> figures = [];
        latencies.AddTo(figures);
        Assert.That(figures[FigureName.StalledP99Ratio], Is.EqualTo(2).Within(2).Percent);
    }

    [Test]
    public void Read_NoUpstream_HasNoFigureOfIt() =>
        Assert.That(Generator.Read(Result("[0.5]"), 64, false), Does.Not.ContainKey(FigureName.UpstreamCpu));

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

    private static string Result(string watched) => $$"""
        {"event":"result","atSeconds":1,"messages":1000,"seconds":0.5,"messagesPerSecond":2000,
         "megabytesPerSecond":0.128,"p50":10,"p90":20,"p99":30,"p99.9":40,"max":50,"cpuSeconds":0.25,
         "allocatedBytes":4000,"residentBytes":16000000,"gen0":1,"gen1":0,"gen2":0,"watchedCpuSeconds":{{watched}}}
        """;
}
