using System;
using System.Buffers.Binary;
using System.Threading;
using NetworkProtocol.Fast.Memory;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Memory;

[TestFixture]
internal sealed class RingStressTests
{
    private const int Producers = 4;

    private enum Consumption
    {
        Steady,
        DetachWhenEmpty,
        Slow,
    }

    [Test]
    public void MpscRing_ManyProducers_EveryEntryArrivesOnceInOrder(
        [Values(64, 256, 4096, 65536)] int capacityBytes,
        [Values(0, 1, 2)] int consumption)
    {
        const int Entries = 40_000;
        using BufferPool pool = new(4 << 20);
        MpscRing ring = new(pool, capacityBytes);
        Producer[] producers = Start(ring, Entries, Environment.TickCount);
        Reader reader = new(ring, (Consumption)consumption);
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
    public void MpscRing_ClosedUnderFire_DeliversWhatWasCommittedAndNothingElse([Range(1, 60)] int round)
    {
        using BufferPool pool = new(4 << 20);
        MpscRing ring = new(pool, 512);
        Producer[] producers = Start(ring, int.MaxValue, round);
        Reader reader = new(ring, Consumption.DetachWhenEmpty);
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
    public void MpscRing_PoolTooSmallForAllRings_NoEntryIsLost()
    {
        // Three rings share two blocks, so attaching fails all the time and waits for another ring's detach.
        const int Entries = 4000;
        using BufferPool pool = new(2 * 4096);
        MpscRing[] rings = [new(pool, 4096), new(pool, 4096), new(pool, 4096)];
        Producer[] producers = new Producer[rings.Length];
        Reader[] readers = new Reader[rings.Length];
        for (int i = 0; i < rings.Length; i++)
        {
            producers[i] = new Producer(rings[i], 0, Entries, i);
            readers[i] = new Reader(rings[i], Consumption.DetachWhenEmpty);
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
        const int Entries = 200_000;
        using BufferPool pool = new(1 << 20);
        using SpscRing ring = new(pool, capacityBytes);
        bool failed = false;
        Thread producer = new(() =>
        {
            Random random = new(1);
            SpinWait spin = default;
            for (int i = 0; i < Entries;)
            {
                RingStatus status = ring.TryClaim(8 + random.Next(Math.Min(ring.EntryBytesMax - 7, 100)), i, out RingClaim claim);
                if (status == RingStatus.Full)
                {
                    spin.SpinOnce(-1);
                    continue;
                }

                failed |= status != RingStatus.Done;
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
        });
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

    private static Producer[] Start(MpscRing ring, int entries, int seed)
    {
        TestContext.Out.WriteLine($"seed {seed}");
        Producer[] producers = new Producer[Producers];
        for (int i = 0; i < Producers; i++)
        {
            producers[i] = new Producer(ring, i, entries, seed + i);
        }

        return producers;
    }

    private static bool AnyFailed(Producer[] producers) => Array.Exists(producers, static one => one.Failed);

    private static void Join(Producer[] producers)
    {
        foreach (Producer producer in producers)
        {
            producer.Join();
            Assert.That(producer.Failed, Is.False);
        }
    }

    /// <summary>A thread that puts numbered entries whose bytes follow from the number, and abandons some.</summary>
    private sealed class Producer
    {
        private readonly MpscRing ring;
        private readonly int tag;
        private readonly int entries;
        private readonly int seed;
        private readonly Thread thread;

        public Producer(MpscRing ring, int tag, int entries, int seed)
        {
            this.ring = ring;
            this.tag = tag;
            this.entries = entries;
            this.seed = seed;
            thread = new Thread(Run) { IsBackground = true };
            thread.Start();
        }

        public int Committed { get; private set; }

        public bool Failed { get; private set; }

        public void Join() => thread.Join();

        private void Run()
        {
            Random random = new(seed);
            int extraMax = Math.Min(ring.EntryBytesMax - 8, 300);
            SpinWait spin = default;
            while (Committed < entries)
            {
                int bytes = 8 + (random.Next(4) == 0 ? random.Next(extraMax + 1) : random.Next(Math.Min(extraMax, 24) + 1));
                RingStatus status = ring.TryClaim(bytes, tag, out RingClaim claim);
                if (status is RingStatus.Full or RingStatus.NoMemory)
                {
                    spin.SpinOnce(-1);
                    continue;
                }

                spin.Reset();
                if (status != RingStatus.Done)
                {
                    Failed = status != RingStatus.Closed;
                    return;
                }

                // Free memory must be zeroes, and bytes that look like committed headers must never be read as such.
                Failed |= claim.Span.IndexOfAnyExcept((byte)0) >= 0;
                claim.Span.Fill((byte)(0x80 | Committed));
                if (random.Next(10) == 0)
                {
                    claim.Abandon();
                    continue;
                }

                BinaryPrimitives.WriteInt64LittleEndian(claim.Span, Committed);
                claim.Commit();
                Committed++;
            }
        }
    }

    /// <summary>The consumer: checks number and bytes of each entry.</summary>
    private sealed class Reader(MpscRing ring, Consumption consumption)
    {
        private readonly long[] next = new long[Producers];
        private SpinWait spin;

        public long Received { get; private set; }

        public void Turn()
        {
            if (TryTake())
            {
                spin.Reset();
                if (consumption == Consumption.Slow && Received % 64 == 0)
                {
                    Thread.Yield();
                }

                return;
            }

            if (consumption == Consumption.DetachWhenEmpty)
            {
                ring.TryDetach();
            }

            spin.SpinOnce(-1);
        }

        public bool TryTake()
        {
            if (!ring.TryRead(out RingEntry entry))
            {
                return false;
            }

            long number = BinaryPrimitives.ReadInt64LittleEndian(entry.Span);
            if (number != next[entry.Tag]++ || entry.Span[8..].IndexOfAnyExcept((byte)(0x80 | number)) >= 0)
            {
                Assert.Fail($"producer {entry.Tag}: entry {next[entry.Tag] - 1} came as {number} or damaged");
            }

            ring.Release();
            Received++;
            return true;
        }

        public void AssertReceived(Producer[] producers)
        {
            for (int i = 0; i < producers.Length; i++)
            {
                Assert.That(next[i], Is.EqualTo(producers[i].Committed), $"producer {i}");
            }
        }
    }
}
