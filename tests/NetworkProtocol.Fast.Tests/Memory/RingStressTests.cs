using System;
using System.Threading;
using NetworkProtocol.Fast.Memory;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Memory;

[TestFixture]
internal sealed class RingStressTests
{
    private const int Producers = 4;

    [Test]
    public void MpscRing_ManyProducers_EveryEntryArrivesOnceInOrder(
        [Values(64, 256, 4096, 65536)] int capacityBytes,
        [Values(0, 1, 2)] int consumption)
    {
        const int Entries = 20_000;
        using BufferPool pool = new(4 << 20);
        MpscRing ring = new(pool, capacityBytes);
        using RingProducers crew = Start(ring, Entries, Environment.TickCount);
        RingProducer[] producers = crew.All;
        RingConsumer reader = new(ring, (RingConsumption)consumption, Producers);
        while (reader.Received < (long)Producers * Entries && !AnyFailed(producers))
        {
            reader.Turn();
        }

        Join(producers);
        Assert.That(ring.TryRead(out _), Is.False);
        Assert.That(ring.IsEmpty, Is.True);
        reader.AssertReceived(producers);
        ring.Dispose();
        Assert.That(pool.Statistics.LeasedBlocks, Is.Zero);
        Assert.That(pool.Statistics.DoubleReturnsTotal, Is.Zero);
    }

    [Test]
    public void MpscRing_ClosedUnderFire_DeliversWhatWasCommittedAndNothingElse([Range(1, 30)] int round)
    {
        using BufferPool pool = new(4 << 20);
        MpscRing ring = new(pool, 512);
        using RingProducers crew = Start(ring, int.MaxValue, round);
        RingProducer[] producers = crew.All;
        RingConsumer reader = new(ring, RingConsumption.DetachWhenEmpty, Producers);
        while (reader.Received < round * 97 && !AnyFailed(producers))
        {
            reader.Turn();
        }

        ring.Close();
        while (reader.TryTake())
        {
        }

        Assert.That(ring.IsEmpty, Is.True, "a claim was under way when the close returned");
        Join(producers);
        reader.AssertReceived(producers);
        Assert.That(ring.TryDetach(), Is.True);
        Assert.That(pool.Statistics.LeasedBlocks, Is.Zero);
    }

    [Test]
    public void MpscRing_CloseDuringAClaim_ReturnsAfterItsCommit()
    {
        using BufferPool pool = new(1 << 20);
        MpscRing ring = new(pool, 512);
        Assert.That(ring.TryClaim(8, 7, out RingClaim claim), Is.EqualTo(RingStatus.Done));
        bool returned = false;
        Thread closer = new(() =>
        {
            ring.Close();
            Volatile.Write(ref returned, true);
        });
        closer.Start();
        while (ring.TryClaim(8, 8, out RingClaim other) != RingStatus.Closed)
        {
            other.Abandon();
            Thread.Yield();
        }

        for (int i = 0; i < 1000; i++)
        {
            Thread.Yield();
        }

        bool returnedEarly = Volatile.Read(ref returned);
        claim.Commit();
        closer.Join();
        Assert.That(returnedEarly, Is.False);
        Assert.That(ring.TryRead(out RingEntry entry), Is.True);
        Assert.That(entry.Tag, Is.EqualTo(7));
        ring.Dispose();
        Assert.That(pool.Statistics.LeasedBlocks, Is.Zero);
    }

    [Test]
    public void MpscRing_PoolTooSmallForAllRings_NoEntryIsLost()
    {
        // Three rings share two blocks, so attaching fails all the time and waits for another ring's detach.
        const int Entries = 4000;
        using BufferPool pool = new(2 * 4096);
        MpscRing[] rings = [new(pool, 4096), new(pool, 4096), new(pool, 4096)];
        RingProducer[] producers = new RingProducer[rings.Length];
        using RingProducers crew = new(producers);
        RingConsumer[] readers = new RingConsumer[rings.Length];
        for (int i = 0; i < rings.Length; i++)
        {
            producers[i] = new RingProducer(rings[i], 0, Entries, i);
            readers[i] = new RingConsumer(rings[i], RingConsumption.DetachWhenEmpty, 1);
        }

        while (readers[0].Received + readers[1].Received + readers[2].Received < 3 * Entries && !AnyFailed(producers))
        {
            Array.ForEach(readers, static reader => reader.Turn());
        }

        Join(producers);
        for (int i = 0; i < rings.Length; i++)
        {
            readers[i].AssertReceived([producers[i]]);
            rings[i].Dispose();
        }

        Assert.That(pool.Statistics.LeasedBlocks, Is.Zero);
        Assert.That(pool.Statistics.CommittedBytes, Is.LessThanOrEqualTo(2 * 4096));
    }

    [Test]
    public void SpscRing_TwoThreads_EveryEntryArrivesOnceInOrder([Values(64, 1024, 65536)] int capacityBytes)
    {
        const int Entries = 100_000;
        using BufferPool pool = new(1 << 20);
        using SpscRing ring = new(pool, capacityBytes);
        bool failed = false;
        Thread producer = new(() =>
        {
            Random random = new(1);
            SpinWait spin = default;
            for (int i = 0; i < Entries;)
            {
                int bytes = 8 + random.Next(Math.Min(ring.EntryBytesMax - 7, 100));
                RingStatus status = ring.TryClaim(bytes, i, out RingClaim claim);
                if (status == RingStatus.Full)
                {
                    spin.SpinOnce(-1);
                    continue;
                }

                if (status != RingStatus.Done)
                {
                    failed = true;
                    return;
                }

                spin.Reset();
                claim.Span.Fill((byte)(i * 31));
                if (random.Next(8) == 0)
                {
                    claim.Abandon();
                    continue;
                }

                claim.Commit();
                i++;
            }
        })
        {
            // A failed test leaves it behind, and it must not keep the process.
            IsBackground = true,
        };
        producer.Start();
        SpinWait wait = default;
        for (int expected = 0; expected < Entries;)
        {
            if (!ring.TryRead(out RingEntry entry))
            {
                wait.SpinOnce(-1);
                continue;
            }

            if (entry.Tag != expected || entry.Span.IndexOfAnyExcept((byte)(expected * 31)) >= 0)
            {
                Assert.Fail($"entry {expected} is wrong");
            }

            ring.Release();
            expected++;
        }

        producer.Join();
        Assert.That(failed, Is.False);
        Assert.That(ring.TryRead(out _), Is.False);
        Assert.That(ring.IsEmpty, Is.True);
    }

    private static RingProducers Start(MpscRing ring, int entries, int seed)
    {
        TestContext.Out.WriteLine($"seed {seed}");
        RingProducer[] producers = new RingProducer[Producers];
        for (int i = 0; i < Producers; i++)
        {
            producers[i] = new RingProducer(ring, i, entries, seed + i);
        }

        return new RingProducers(producers);
    }

    private static bool AnyFailed(RingProducer[] producers) => Array.Exists(producers, static one => one.Failed);

    private static void Join(RingProducer[] producers)
    {
        foreach (RingProducer producer in producers)
        {
            producer.Join();
            Assert.That(producer.Failed, Is.False);
        }
    }
}
