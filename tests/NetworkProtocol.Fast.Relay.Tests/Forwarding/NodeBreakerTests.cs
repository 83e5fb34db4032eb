using System;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Relay.Forwarding;
using NetworkProtocol.Fast.Tests.Shared;
using NetworkProtocol.Fast.Transport;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Forwarding;

/// <summary>The breaker by itself, on a clock of the test's own.</summary>
[TestFixture]
internal sealed class NodeBreakerTests
{
    private const long MinMs = 10_000;
    private const long MaxMs = 80_000;
    private const uint Correlation = 7;

    private static readonly UpstreamLink anyLink = null!;

    private readonly UpstreamOptions options = new()
    {
        Name = "up",
        Nodes = [Endpoint.Parse("tcp://127.0.0.1:1")],
        Failures = 2,
        ReconnectDelayMin = TimeSpan.FromMilliseconds(MinMs),
        ReconnectDelayMax = TimeSpan.FromMilliseconds(MaxMs),
    };

    private ManualTime time = null!;
    private LogLines log = null!;
    private NodeBreaker breaker = null!;

    [SetUp]
    public void SetUp()
    {
        time = new ManualTime();
        log = new LogLines();
        breaker = new NodeBreaker(options, options.Nodes[0], time.Wheel, log);
    }

    [TearDown]
    public void TearDown() => log.Dispose();

    [Test]
    public void Delay_AfterEachFailedProbe_DoublesUpToItsBound()
    {
        Trip();
        foreach (long fullMs in (long[])[MinMs, 2 * MinMs, 4 * MinMs, MaxMs, MaxMs, MaxMs])
        {
            long delayMs = WaitUntilDue();
            Assert.That(delayMs, Is.InRange(fullMs / 2, fullMs + TimerWheel.TickMs), "half of it is left to chance");
            Assert.That(breaker.TryBeginProbe());
            Assert.That(breaker.TryBeginProbe(), Is.False, "one probe at a time");
            Assert.That((breaker.State, breaker.TakesOneWay), Is.EqualTo((NodeBreaker.HalfOpen, false)));
            breaker.Probe(anyLink, Correlation);
            breaker.Failed(anyLink, Correlation + 1, ErrorCode.Timeout);
            Assert.That(breaker.State, Is.EqualTo(NodeBreaker.HalfOpen), "that was another request");
            breaker.Failed(anyLink, Correlation, ErrorCode.Timeout);
            Assert.That(breaker.State, Is.EqualTo(NodeBreaker.Open));
        }
    }

    [Test]
    public void Delay_AfterAGoodProbe_BeginsAnew()
    {
        Trip();
        for (int i = 0; i < 3; i++)
        {
            WaitUntilDue();
            EndProbe(isGood: false);
        }

        WaitUntilDue();
        EndProbe(isGood: true);
        Assert.That((breaker.State, breaker.HasFailures), Is.EqualTo((NodeBreaker.Closed, false)));
        Trip();
        Assert.That(WaitUntilDue(), Is.InRange(MinMs / 2, MinMs + TimerWheel.TickMs));
    }

    [Test]
    public void Probe_ThatWasNotSent_LeavesThePlaceToTheNext()
    {
        Trip();
        WaitUntilDue();
        Assert.That(breaker.TryBeginProbe());
        breaker.GiveBack();
        Assert.That((breaker.State, breaker.TryBeginProbe()), Is.EqualTo((NodeBreaker.Open, true)));
    }

    [Test]
    public void Log_OfManyFailures_HasALineForTheTripAndOneForTheEnd()
    {
        Trip();
        for (int i = 0; i < 1_000; i++)
        {
            breaker.Failed(anyLink, Correlation, ErrorCode.Timeout);
        }

        Assert.That(log.Shown.Count, Is.EqualTo(1));
        WaitUntilDue();
        EndProbe(isGood: true);
        Assert.That(log.Shown.Count, Is.EqualTo(2));
    }

    [Test]
    public void Log_OfANodeThatTripsAgainAndAgain_IsPaced()
    {
        const int Trips = 500;
        var quick = new NodeBreaker(
            options with { ReconnectDelayMin = TimeSpan.Zero, ReconnectDelayMax = TimeSpan.FromTicks(1) },
            options.Nodes[0], time.Wheel, log);
        for (int i = 0; i < Trips; i++)
        {
            quick.Failed(anyLink, Correlation, ErrorCode.Overloaded);
            quick.Failed(anyLink, Correlation, ErrorCode.Overloaded);
            Assert.That(quick.TryBeginProbe());
            quick.Probe(anyLink, Correlation);
            quick.Succeeded(anyLink, Correlation);
        }

        Assert.That(log.Shown.Count, Is.EqualTo(2), "the first trip and its end");
        time.Jump(LogPace.IntervalMs);
        quick.Failed(anyLink, Correlation, ErrorCode.Overloaded);
        quick.Failed(anyLink, Correlation, ErrorCode.Overloaded);
        Assert.That(log.Shown[^1].Text, Does.Contain($"{Trips - 1}"), "how many were not told");
    }

    private void Trip()
    {
        for (int i = 0; i < options.Failures; i++)
        {
            Assert.That(breaker.State, Is.EqualTo(NodeBreaker.Closed));
            breaker.Failed(anyLink, Correlation, ErrorCode.Timeout);
        }

        Assert.That((breaker.State, breaker.TakesOneWay), Is.EqualTo((NodeBreaker.Open, false)));
    }

    private void EndProbe(bool isGood)
    {
        Assert.That(breaker.TryBeginProbe());
        breaker.Probe(anyLink, Correlation);
        if (isGood)
        {
            breaker.Succeeded(anyLink, Correlation);
        }
        else
        {
            breaker.Failed(anyLink, Correlation, ErrorCode.Timeout);
        }
    }

    private long WaitUntilDue()
    {
        long waitedMs = 0;
        while (!breaker.IsDue)
        {
            Assert.That(breaker.TryBeginProbe(), Is.False);
            time.Jump(TimerWheel.TickMs);
            waitedMs += TimerWheel.TickMs;
        }

        return waitedMs;
    }
}
