using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Session;

[CancelAfter(30_000)]
internal sealed class HandshakeWorkersTests
{
    [Test]
    public void Concurrency_NotSaid_IsHalfOfTheProcessors() => Assert.That(
        new HandshakeWorkers(jobsMax: 1).Concurrency, Is.EqualTo(Math.Max(1, Environment.ProcessorCount / 2)));

    [Test]
    public async Task TryQueue_MoreThanConcurrency_WaitInTheirOrderForAPlace()
    {
        var workers = new HandshakeWorkers(jobsMax: 10, concurrency: 1);
        using var gate = new ManualResetEventSlim();
        var order = new List<int>();
        using var ended = new CountdownEvent(6);
        workers.TryQueue(new Job(gate.Wait));
        await Eventually.HoldsAsync(() => workers.Waiting == 0);
        for (int i = 0; i < 6; i++)
        {
            int number = i;
            Assert.That(workers.TryQueue(new Job(() =>
            {
                order.Add(number);
                ended.Signal();
            })), Is.True);
        }

        Assert.That(workers.Waiting, Is.EqualTo(6), "one place is taken");
        gate.Set();
        await Eventually.HoldsAsync(() => ended.IsSet);
        Assert.That(order, Is.EqualTo(Enumerable.Range(0, 6)));
    }

    [Test]
    public async Task TryQueue_WhenFull_IsRefusedAndCounted()
    {
        var workers = new HandshakeWorkers(jobsMax: 2, concurrency: 1);
        using var gate = new ManualResetEventSlim();
        workers.TryQueue(new Job(gate.Wait));
        await Eventually.HoldsAsync(() => workers.Waiting == 0);
        int ran = 0;

        Assert.That(workers.TryQueue(new Job(() => Interlocked.Increment(ref ran))), Is.True);
        Assert.That(workers.TryQueue(new Job(() => Interlocked.Increment(ref ran))), Is.True);
        Assert.That(workers.TryQueue(new Job(() => Interlocked.Increment(ref ran))), Is.False);
        Assert.That(workers.Refused, Is.EqualTo(1));

        gate.Set();
        await Eventually.HoldsAsync(() => ran == 2);
        Assert.That(workers.TryQueue(new Job(() => Interlocked.Increment(ref ran))), Is.True);
        await Eventually.HoldsAsync(() => ran == 3);
    }

    [Test]
    public async Task TryQueue_ByManyThreads_RunsEachJobOnceAndNeverTooManyAtATime()
    {
        const int Jobs = 20_000;
        var workers = new HandshakeWorkers(jobsMax: Jobs, concurrency: 3);
        int[] runs = new int[Jobs];
        int running = 0;
        int most = 0;
        int ended = 0;

        Parallel.For(0, Jobs, i => workers.TryQueue(new Job(() =>
        {
            int now = Interlocked.Increment(ref running);
            if (now > Volatile.Read(ref most))
            {
                Volatile.Write(ref most, now);
            }

            Interlocked.Increment(ref runs[i]);
            Thread.Yield();
            Interlocked.Decrement(ref running);
            Interlocked.Increment(ref ended);
        })));

        await Eventually.HoldsAsync(() => Volatile.Read(ref ended) == Jobs);
        Assert.That(runs, Is.All.EqualTo(1));
        Assert.That(most, Is.InRange(1, 3));
    }

    [Test]
    public async Task TryQueue_OneByOne_NeverStrandsAJob()
    {
        // Each job is queued just as the place of the one before is given up.
        var workers = new HandshakeWorkers(jobsMax: 4, concurrency: 2);
        int ended = 0;
        var job = new Job(() => Interlocked.Increment(ref ended));
        for (int i = 1; i <= 20_000; i++)
        {
            Assert.That(workers.TryQueue(job), Is.True);
            var spin = new SpinWait();
            while (Volatile.Read(ref ended) < i && spin.Count < 20)
            {
                spin.SpinOnce(-1);
            }

            int expected = i;
            await Eventually.HoldsAsync(() => Volatile.Read(ref ended) == expected);
        }
    }

    [Test]
    public async Task TryQueue_AReusedJob_AllocatesNothing()
    {
        var workers = new HandshakeWorkers(jobsMax: 1_000, concurrency: 1);
        using var gate = new ManualResetEventSlim();
        workers.TryQueue(new Job(gate.Wait));
        await Eventually.HoldsAsync(() => workers.Waiting == 0);
        int ended = 0;
        var job = new Job(() => Interlocked.Increment(ref ended));
        workers.TryQueue(job);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 900; i++)
        {
            workers.TryQueue(job);
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        gate.Set();
        await Eventually.HoldsAsync(() => Volatile.Read(ref ended) == 901);
        Assert.That(allocated, Is.Zero);
    }

    private sealed class Job(Action run) : IThreadPoolWorkItem
    {
        public void Execute() => run();
    }
}
