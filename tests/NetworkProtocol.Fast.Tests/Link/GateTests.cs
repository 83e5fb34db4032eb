using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Link;

[CancelAfter(60_000)]
internal sealed class GateTests
{
    [Test]
    public void Add_ToAnOpenGate_WakesAtOnce()
    {
        var gate = new SwitchGate();
        gate.Open();
        var waiter = new Waiter();
        gate.Add(waiter);
        Assert.That(waiter.Wakes, Is.EqualTo(1));
        Assert.That(waiter.NextWaiter, Is.Null);
    }

    [Test]
    public void Open_WithWaiters_WakesTheLongestWaitingFirst()
    {
        var gate = new SwitchGate();
        var order = new List<Waiter>();
        Waiter[] waiters = [.. Enumerable.Range(0, 5).Select(_ => new Waiter { Woken = order.Add })];
        foreach (Waiter waiter in waiters)
        {
            gate.Add(waiter);
        }

        gate.WakeIfReady();
        Assert.That(order, Is.Empty, "the gate is shut");
        gate.Open();
        Assert.That(order, Is.EqualTo(waiters));
        gate.WakeIfReady();
        Assert.That(order, Has.Count.EqualTo(5), "each is woken once");
    }

    [Test]
    public void Waiter_ThatIsNotServed_MayJoinAgainWhileItIsWoken()
    {
        var gate = new SwitchGate();
        int joins = 0;
        var first = new Waiter();
        first.Woken = w =>
        {
            if (joins++ == 0)
            {
                gate.Shut();
                gate.Add(w);
            }
        };
        var second = new Waiter();
        gate.Add(first);
        gate.Add(second);
        gate.Open();
        Assert.That((first.Wakes, second.Wakes), Is.EqualTo((1, 1)), "nobody is lost by that");
        gate.Open();
        Assert.That(first.Wakes, Is.EqualTo(2));
    }

    [Test]
    public async Task Waiters_OfManyThreadsAtAGateThatOpensAndShuts_AreAllWoken()
    {
        const int Rounds = 3_000;
        var gate = new SwitchGate();
        int running = 3;
        Task opener = OwnThread.Run(() =>
        {
            while (Volatile.Read(ref running) > 0)
            {
                gate.Open();
                gate.Shut();
            }

            gate.Open();
        });
        Task[] waiting = [.. Enumerable.Range(0, 3).Select(_ => OwnThread.Run(() =>
        {
            var waiter = new Waiter();
            for (int i = 1; i <= Rounds; i++)
            {
                gate.Add(waiter);
                var spin = default(SpinWait);
                while (waiter.Wakes < i)
                {
                    spin.SpinOnce(sleep1Threshold: -1);
                }
            }

            Interlocked.Decrement(ref running);
        }))];
        await Task.WhenAll([.. waiting, opener]);
    }

    [Test]
    public void OneByOne_EachWaiter_IsWokenByTheOneBeforeIt()
    {
        var gate = new SwitchGate { WakesOne = true };
        Waiter[] waiters = [.. Enumerable.Range(0, 4).Select(static _ => new Waiter())];
        foreach (Waiter waiter in waiters)
        {
            gate.Add(waiter);
        }

        gate.Open();
        for (int i = 0; i < waiters.Length; i++)
        {
            Assert.That(waiters.Select(static w => w.Wakes),
                Is.EqualTo(Enumerable.Range(0, 4).Select(w => w <= i ? 1 : 0)));
            gate.WakeIfReady();
        }
    }

    [Test]
    public void Gone_Waiters_AreSkippedAndSweptWhileTheGateIsShut()
    {
        var gate = new SwitchGate { WakesOne = true };
        var kept = new List<Waiter>();
        for (int i = 0; i < 1_000; i++)
        {
            var waiter = new Waiter { IsGone = i % 100 != 0 };
            gate.Add(waiter);
            if (waiter.IsGone)
            {
                gate.GaveUp();
            }
            else
            {
                kept.Add(waiter);
            }
        }

        int standing = 0;
        for (IGateWaiter? waiter = kept[0]; waiter is not null; waiter = waiter.NextWaiter)
        {
            standing++;
        }

        Assert.That(standing, Is.LessThan(kept.Count + 64), "the list does not grow with those who gave up");
        gate.Open();
        foreach (Waiter waiter in kept)
        {
            Assert.That(waiter.Wakes, Is.EqualTo(1));
            gate.WakeIfReady();
        }
    }

    [Test]
    public void Overdue_Waiters_GoOnThoughTheGateIsShut()
    {
        var gate = new SwitchGate();
        var late = new Waiter();
        var early = new Waiter();
        gate.Add(late);
        gate.Add(early);
        gate.WakeOverdue();
        Assert.That((late.Wakes, early.Wakes), Is.EqualTo((0, 0)));
        late.IsOverdue = true;
        gate.WakeOverdue();
        Assert.That((late.Wakes, early.Wakes), Is.EqualTo((1, 0)));
        gate.Add(late);
        gate.Open();
        Assert.That((late.Wakes, early.Wakes), Is.EqualTo((2, 1)), "it may join again");
    }

    [Test]
    public async Task Places_TakenAndGivenBackByManyThreads_LeaveNobodyWaiting()
    {
        const int Threads = 4;
        const int Rounds = 20_000;
        var gate = new PlaceGate(2);
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(_ => OwnThread.Run(() =>
        {
            var waiter = new Waiter();
            for (int i = 0; i < Rounds; i++)
            {
                bool waited = false;
                while (!gate.TryTake())
                {
                    int wakes = waiter.Wakes;
                    gate.Add(waiter);
                    waited = true;
                    var spin = default(SpinWait);
                    while (waiter.Wakes == wakes)
                    {
                        spin.SpinOnce(sleep1Threshold: -1);
                    }
                }

                if (waited)
                {
                    gate.WakeIfReady();
                }

                gate.Give();
            }
        })));
        Assert.That(gate.IsReady);
    }

    /// <summary>Ready while one of its places is free.</summary>
    private sealed class PlaceGate(int places) : Gate
    {
        private int free = places;

        internal override bool IsReady => Volatile.Read(ref free) > 0;

        internal override bool IsOneByOne => true;

        internal bool TryTake()
        {
            if (Interlocked.Decrement(ref free) >= 0)
            {
                return true;
            }

            Give();
            return false;
        }

        internal void Give()
        {
            Interlocked.Increment(ref free);
            WakeIfReady();
        }
    }

    private sealed class Waiter : IGateWaiter
    {
        private int wakes;

        public IGateWaiter? NextWaiter { get; set; }

        public bool IsGone { get; set; }

        public bool IsOverdue { get; set; }

        internal int Wakes => Volatile.Read(ref wakes);

        internal System.Action<Waiter>? Woken { get; set; }

        public void Resume()
        {
            Interlocked.Increment(ref wakes);
            Woken?.Invoke(this);
        }
    }
}
