using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Link;

[CancelAfter(60_000)]
internal sealed class TimerWheelTests
{
    // A timer fires at the first tick after its time, never at the one under way, and the clock moves in steps of a
    // tick.
    private const int LateMsMax = 3 * TimerWheel.TickMs;

    [TestCase(1)]
    [TestCase(50)]
    [TestCase(149)]
    [TestCase(12_700)]
    [TestCase(12_800)]
    [TestCase(12_801)]
    [TestCase(15_000)]
    [TestCase(60_000)]
    [TestCase(3_600_000)]
    public void Timer_DueIn_FiresOnceAtItsTime(int dueInMs)
    {
        var time = new ManualTime();
        time.Advance(123);
        long due = time.Wheel.NowMs + dueInMs;
        var timer = new RecordingTimer();
        time.Wheel.Schedule(timer, due);
        time.Advance(dueInMs + 60_000);
        Assert.That(timer.Calls, Has.Count.EqualTo(1));
        Assert.That(timer.Calls[0], Is.InRange(due, due + LateMsMax));
    }

    [Test]
    public void Timers_AtRandomTimes_AllFireOnceAndInTime()
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        var time = new ManualTime();
        var timers = new List<(RecordingTimer Timer, long Due)>();
        for (int i = 0; i < 2_000; i++)
        {
            var timer = new RecordingTimer();
            long due = time.Wheel.NowMs + random.Next(40_000);
            time.Wheel.Schedule(timer, due);
            timers.Add((timer, due));
            time.Advance(random.Next(100));
        }

        time.Advance(60_000);
        foreach ((RecordingTimer timer, long due) in timers)
        {
            Assert.That(timer.Calls, Has.Count.EqualTo(1), $"seed {seed}");
            Assert.That(timer.Calls[0], Is.InRange(due, due + LateMsMax), $"seed {seed}");
        }
    }

    [Test]
    public void Timer_DueNeverAlmost_DoesNotFireAndDoesNotOverflow()
    {
        var time = new ManualTime();
        var timer = new RecordingTimer();
        time.Wheel.Schedule(timer, long.MaxValue);
        time.Advance(60_000);
        Assert.That(timer.Calls, Is.Empty);
    }

    [Test]
    public void Advance_AfterALongPause_CallsEachDueTimerOnce()
    {
        var time = new ManualTime();
        RecordingTimer[] timers = [.. Enumerable.Range(0, 300).Select(static _ => new RecordingTimer())];
        for (int i = 0; i < timers.Length; i++)
        {
            time.Wheel.Schedule(timers[i], time.Wheel.NowMs + (i * 100));
        }

        time.Jump(3_600_000);
        Assert.That(timers, Is.All.Matches<RecordingTimer>(static t => t.Calls.Count == 1));
    }

    [Test]
    public void Timer_ThatReturnsItsNextTime_IsCalledAgain()
    {
        var time = new ManualTime();
        var timer = new RecordingTimer { Next = static now => now + 100 };
        time.Wheel.Schedule(timer, time.Wheel.NowMs + 100);
        time.Advance(1_050);
        Assert.That(timer.Calls, Has.Count.InRange(6, 11));
    }

    [Test]
    public void Remove_BeforeItsTime_KeepsItSilent()
    {
        var time = new ManualTime();
        var timer = new RecordingTimer();
        time.Wheel.Schedule(timer, time.Wheel.NowMs + 200);
        time.Wheel.Remove(timer);
        time.Wheel.Remove(timer);
        time.Advance(30_000);
        Assert.That(timer.Calls, Is.Empty);
    }

    [Test]
    public void Remove_DuringItsOwnTick_HasTheLastWord()
    {
        var time = new ManualTime();
        var timer = new RecordingTimer();
        timer.Next = now =>
        {
            time.Wheel.Remove(timer);
            return now + 50;
        };
        time.Wheel.Schedule(timer, time.Wheel.NowMs + 50);
        time.Advance(5_000);
        Assert.That(timer.Calls, Has.Count.EqualTo(1));
    }

    [Test]
    public void Remove_DuringAnotherTickOfTheSameSlot_KeepsItSilent()
    {
        var time = new ManualTime();
        var first = new RecordingTimer();
        var second = new RecordingTimer();
        first.Next = _ =>
        {
            time.Wheel.Remove(second);
            return WheelTimer.Never;
        };
        second.Next = _ =>
        {
            time.Wheel.Remove(first);
            return WheelTimer.Never;
        };
        time.Wheel.Schedule(first, time.Wheel.NowMs + 100);
        time.Wheel.Schedule(second, time.Wheel.NowMs + 100);
        time.Advance(5_000);
        Assert.That(first.Calls.Count + second.Calls.Count, Is.EqualTo(1));
    }

    [Test]
    public void Schedule_DuringItsOwnTick_WinsIfSooner()
    {
        var time = new ManualTime();
        var timer = new RecordingTimer();
        timer.Next = now =>
        {
            if (timer.Calls.Count > 1)
            {
                return WheelTimer.Never;
            }

            time.Wheel.Schedule(timer, now + 100);
            return now + 10_000;
        };
        time.Wheel.Schedule(timer, time.Wheel.NowMs + 50);
        time.Advance(60_000);
        Assert.That(timer.Calls, Has.Count.EqualTo(2));
        Assert.That(timer.Calls[1] - timer.Calls[0], Is.InRange(100, 100 + LateMsMax));
    }

    [Test]
    public void Schedule_DuringItsOwnTickThatReturnsNever_Holds()
    {
        var time = new ManualTime();
        var timer = new RecordingTimer();
        timer.Next = now =>
        {
            if (timer.Calls.Count == 1)
            {
                time.Wheel.Schedule(timer, now + 20_000);
            }

            return WheelTimer.Never;
        };
        time.Wheel.Schedule(timer, time.Wheel.NowMs + 50);
        time.Advance(60_000);
        Assert.That(timer.Calls, Has.Count.EqualTo(2));
    }

    [Test]
    public void ScheduleNoLater_OnlyEverMovesATimerForward()
    {
        var time = new ManualTime();
        var timer = new RecordingTimer();
        long start = time.Wheel.NowMs;
        time.Wheel.ScheduleNoLater(timer, start + 1_000);
        time.Wheel.ScheduleNoLater(timer, start + 5_000);
        time.Wheel.ScheduleNoLater(timer, start + 500);
        time.Advance(10_000);
        Assert.That(timer.Calls, Has.Count.EqualTo(1));
        Assert.That(timer.Calls[0], Is.InRange(start + 500, start + 500 + LateMsMax));
    }

    [Test]
    public void Advance_InsideATick_DoesNothing()
    {
        var time = new ManualTime();
        var timer = new RecordingTimer();
        timer.Next = now =>
        {
            time.Wheel.Advance();
            return WheelTimer.Never;
        };
        time.Wheel.Schedule(timer, time.Wheel.NowMs + 50);
        time.Advance(1_000);
        Assert.That(timer.Calls, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task ScheduleAndRemove_FromManyThreadsWhileItTurns_LoseNoTimer()
    {
        var time = new ManualTime();
        RecordingTimer[] kept = [.. Enumerable.Range(0, 4_000).Select(static _ => new RecordingTimer())];
        Task[] workers = [.. Enumerable.Range(0, 4).Select(w => OwnThread.Run(() =>
        {
            var random = new Random(w);
            for (int i = w; i < kept.Length; i += 4)
            {
                var removed = new RecordingTimer();
                time.Wheel.Schedule(removed, time.Wheel.NowMs + random.Next(20_000));
                time.Wheel.Schedule(kept[i], time.Wheel.NowMs + random.Next(20_000));
                time.Wheel.ScheduleNoLater(kept[i], time.Wheel.NowMs + random.Next(20_000));
                time.Wheel.Remove(removed);
            }
        }))];
        Task all = Task.WhenAll(workers);
        while (!all.IsCompleted)
        {
            time.Advance(TimerWheel.TickMs);
        }

        await all;
        time.Advance(40_000);

        // A schedule after a timer has fired makes it fire again.
        Assert.That(kept, Is.All.Matches<RecordingTimer>(static t => t.Calls.Count is 1 or 2));
    }

    private sealed class RecordingTimer : WheelTimer
    {
        internal List<long> Calls { get; } = [];

        internal Func<long, long> Next { get; set; } = static _ => Never;

        protected internal override long OnTick(long nowMs)
        {
            Calls.Add(nowMs);
            return Next(nowMs);
        }
    }
}
