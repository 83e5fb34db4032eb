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
        gate.WakeAll();
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

    private sealed class Waiter : IGateWaiter
    {
        private int wakes;

        public IGateWaiter? NextWaiter { get; set; }

        internal int Wakes => Volatile.Read(ref wakes);

        internal System.Action<Waiter>? Woken { get; set; }

        public void Resume()
        {
            Interlocked.Increment(ref wakes);
            Woken?.Invoke(this);
        }
    }
}
