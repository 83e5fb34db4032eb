using System;
using System.Diagnostics;
using NetworkProtocol.Fast.Relay.Cli.Bench;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Cli;

[TestFixture]
internal sealed class EchoMeterTests
{
    private const int WireBytes = 10;

    [Test]
    public void TryTake_BytesInAnyPortions_CountsWholeMessages()
    {
        var run = new LoadRun(1);
        var meter = new LoadMeter(run);
        var bytes = new EchoMeter(run, meter, WireBytes, inFlight: 4);
        run.Measure(Stopwatch.GetTimestamp());
        long first = bytes.Begin();
        Assert.That(first, Is.EqualTo(40));
        Assert.That(bytes.TryTake(Filled(9), out long bytesToSend));
        Assert.That(bytesToSend, Is.Zero);
        Assert.That(bytes.TryTake(Filled(12), out bytesToSend));
        Assert.That(bytesToSend, Is.EqualTo(20));
        Assert.That(meter.Messages, Is.EqualTo(2));
    }

    [Test]
    public void TryTake_WhenStopping_SendsNothingAndEndsWithTheLastMessage()
    {
        var run = new LoadRun(1);
        var bytes = new EchoMeter(run, new LoadMeter(run), WireBytes, inFlight: 2);
        bytes.Begin();
        run.Stop(Stopwatch.GetTimestamp());
        Assert.That(bytes.TryTake(Filled(15), out long bytesToSend));
        Assert.That(bytesToSend, Is.Zero);
        Assert.That(bytes.TryTake(Filled(5), out _), Is.False);
        Assert.That(run.Ended.IsCompletedSuccessfully);
    }

    [Test]
    public void TryTake_DamagedBytes_FailsTheRun()
    {
        var run = new LoadRun(1);
        var bytes = new EchoMeter(run, new LoadMeter(run), WireBytes, inFlight: 1);
        bytes.Begin();
        byte[] damaged = Filled(10);
        damaged[^1] = 0;
        Assert.That(bytes.TryTake(damaged, out _), Is.False);
        Assert.That(run.Ended.IsFaulted);
    }

    private static byte[] Filled(int count)
    {
        byte[] bytes = new byte[count];
        Array.Fill(bytes, ByteMeter.Filler);
        return bytes;
    }
}
