using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Memory;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Memory;

[TestFixture]
[CancelAfter(60_000)]
internal sealed class IndexQueueTests
{
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(64)]
    public void Take_UntilEmpty_HandsOutEveryIndexInOrder(int size)
    {
        var queue = new IndexQueue(size);
        for (int i = 0; i < size; i++)
        {
            Assert.That(queue.TryTake(out int index));
            Assert.That(index, Is.EqualTo(i));
        }

        Assert.That(queue.TryTake(out _), Is.False);
    }

    [Test]
    public void Give_AnyOrder_ComesBackInThatOrder()
    {
        var queue = new IndexQueue(4);
        for (int i = 0; i < 4; i++)
        {
            queue.TryTake(out _);
        }

        int[] given = [2, 0, 3, 1];
        for (int round = 0; round < 10; round++)
        {
            queue.Give(given[0]);
            queue.Give(given.AsSpan(1));

            foreach (int index in given)
            {
                Assert.That(queue.TryTake(out int taken));
                Assert.That(taken, Is.EqualTo(index));
            }

            Assert.That(queue.TryTake(out _), Is.False);
        }
    }

    [TestCase(2)]
    [TestCase(8)]
    [TestCase(1024)]
    public async Task TakeAndGive_ManyThreads_NeverHandOutOneIndexTwice(int size)
    {
        const int Rounds = 100_000;
        var queue = new IndexQueue(size);
        int[] holders = new int[size];
        Task[] users = [.. Enumerable.Range(0, 4).Select(_ => OwnThread.Run(() =>
        {
            var held = new Queue<int>();
            for (int i = 0; i < Rounds; i++)
            {
                if (held.Count < 3 && queue.TryTake(out int index))
                {
                    if (Interlocked.Increment(ref holders[index]) != 1)
                    {
                        throw new InvalidOperationException($"index {index} was handed out twice");
                    }

                    held.Enqueue(index);
                }
                else if (held.Count == 3 && i % 2 == 0)
                {
                    int[] all = [.. held];
                    held.Clear();
                    Array.ForEach(all, each => Interlocked.Decrement(ref holders[each]));
                    queue.Give(all);
                }
                else if (held.TryDequeue(out index))
                {
                    Interlocked.Decrement(ref holders[index]);
                    queue.Give(index);
                }
                else
                {
                    Thread.Yield();
                }
            }

            foreach (int index in held)
            {
                Interlocked.Decrement(ref holders[index]);
            }

            queue.Give([.. held]);
        }))];
        await Task.WhenAll(users);
        var left = new HashSet<int>();
        while (queue.TryTake(out int index))
        {
            Assert.That(left.Add(index));
        }

        Assert.That(left, Has.Count.EqualTo(size), "none is lost");
    }
}
