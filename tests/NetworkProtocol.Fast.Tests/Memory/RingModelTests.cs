using System;
using System.Collections.Generic;
using NetworkProtocol.Fast.Memory;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Memory;

/// <summary>
/// Random steps of one thread on a ring, held against a plain queue: status, content, order and used bytes.
/// </summary>
[TestFixture]
internal sealed class RingModelTests
{
    private const int Steps = 100_000;

    private enum EntryState
    {
        Claimed,
        Committed,
        Abandoned,
        Padding,
    }

    private enum Phase
    {
        Both,
        Filling,
        Draining,
    }

    [Test]
    public void MpscRing_RandomSteps_BehavesLikeAQueue(
        [Values(64, 128, 1024, 4096)] int capacityBytes,
        [Values] bool fixedSeed)
    {
        int seed = fixedSeed ? 12345 : Environment.TickCount;
        TestContext.Out.WriteLine($"seed {seed}");
        using BufferPool pool = new(1 << 20);
        using MpscRing ring = new(pool, capacityBytes);
        Model model = new(capacityBytes, new Random(seed));
        // A claim lives on the stack, so those under way are locals.
        RingClaim first = default;
        RingClaim second = default;
        RingClaim third = default;
        for (int step = 0; step < Steps; step++)
        {
            int slot = model.Random.Next(3);
            switch (slot)
            {
                case 0:
                    Produce(ring, model, slot, ref first);
                    break;
                case 1:
                    Produce(ring, model, slot, ref second);
                    break;
                default:
                    Produce(ring, model, slot, ref third);
                    break;
            }

            Consume(ring, model);
            AssertSame(ring, model, step);
        }

        first.Abandon();
        second.Abandon();
        third.Abandon();
        Assert.That(model.Detaches, Is.GreaterThan(100));
        Assert.That(model.Fulls, Is.GreaterThan(100));
    }

    private static void Produce(MpscRing ring, Model model, int slot, ref RingClaim claim)
    {
        if (model.Slots[slot] is { } held)
        {
            if (model.Random.Next(2) == 0)
            {
                return;
            }

            model.Slots[slot] = null;
            if (model.Random.Next(5) == 0)
            {
                held.State = EntryState.Abandoned;
                claim.Abandon();
                return;
            }

            model.Random.NextBytes(claim.Span);
            held.Bytes = claim.Span.ToArray();
            held.State = EntryState.Committed;
            claim.Commit();
            return;
        }

        if (model.Phase == Phase.Draining)
        {
            return;
        }

        int bytes = model.Random.Next(10) == 0
            ? model.Random.Next(ring.EntryBytesMax + 4)
            : model.Random.Next((ring.EntryBytesMax / 4) + 1);
        int tag = model.Random.Next();
        RingStatus expected = model.Claim(bytes, tag, slot);
        Assert.That(ring.TryClaim(bytes, tag, out claim), Is.EqualTo(expected));
        if (expected == RingStatus.Done)
        {
            Assert.That(claim.Span.Length, Is.EqualTo(bytes));
            Assert.That(claim.Span.IndexOfAnyExcept((byte)0), Is.EqualTo(-1), "claimed space is not zeroed");
        }
    }

    private static void Consume(MpscRing ring, Model model)
    {
        // Phases, so that the ring often gets full and often empty.
        if (model.Random.Next(50) == 0)
        {
            model.Phase = (Phase)model.Random.Next(3);
        }

        if (model.Phase != Phase.Filling && model.Random.Next(4) != 0)
        {
            ModelEntry? expected = model.Read();
            Assert.That(ring.TryRead(out RingEntry entry), Is.EqualTo(expected is not null));
            if (expected is not null)
            {
                Assert.That(entry.Tag, Is.EqualTo(expected.Tag));
                Assert.That(entry.Span.SequenceEqual(expected.Bytes), Is.True);
                ring.Release();
                model.Release();
            }
        }

        if (model.Random.Next(4) == 0)
        {
            Assert.That(ring.TryDetach(), Is.EqualTo(model.Detach()));
        }
    }

    private static void AssertSame(MpscRing ring, Model model, int step)
    {
        if (ring.UsedBytes != model.UsedBytes || ring.IsEmpty != (model.UsedBytes == 0)
            || ring.IsAttached != model.IsAttached)
        {
            Assert.Fail($"step {step}: used {ring.UsedBytes}, expected {model.UsedBytes}");
        }
    }

    private sealed class ModelEntry
    {
        public EntryState State { get; set; }

        public int Tag { get; init; }

        public int Takes { get; init; }

        public byte[] Bytes { get; set; } = [];
    }

    private sealed class Model(int capacityBytes, Random random)
    {
        private readonly Queue<ModelEntry> entries = new();
        private int offset;

        public Random Random { get; } = random;

        public ModelEntry?[] Slots { get; } = new ModelEntry?[3];

        public int UsedBytes { get; private set; }

        public bool IsAttached { get; private set; }

        public Phase Phase { get; set; }

        public int Detaches { get; private set; }

        public int Fulls { get; private set; }

        public RingStatus Claim(int bytes, int tag, int slot)
        {
            if (bytes > (capacityBytes / 2) - 8)
            {
                return RingStatus.TooLarge;
            }

            IsAttached = true;
            int takes = 8 + ((bytes + 7) / 8 * 8);
            int padding = offset + takes > capacityBytes ? capacityBytes - offset : 0;
            if (UsedBytes + padding + takes > capacityBytes)
            {
                Fulls++;
                return RingStatus.Full;
            }

            if (padding > 0)
            {
                entries.Enqueue(new ModelEntry { State = EntryState.Padding, Takes = padding });
            }

            ModelEntry entry = new() { Tag = tag, Takes = takes };
            entries.Enqueue(entry);
            Slots[slot] = entry;
            UsedBytes += padding + takes;
            offset = (offset + padding + takes) % capacityBytes;
            return RingStatus.Done;
        }

        public ModelEntry? Read()
        {
            while (entries.TryPeek(out ModelEntry? entry))
            {
                if (entry.State == EntryState.Committed)
                {
                    return entry;
                }

                if (entry.State == EntryState.Claimed)
                {
                    return null;
                }

                Release();
            }

            return null;
        }

        public void Release() => UsedBytes -= entries.Dequeue().Takes;

        public bool Detach()
        {
            if (UsedBytes > 0)
            {
                return false;
            }

            Detaches += IsAttached ? 1 : 0;
            IsAttached = false;
            return true;
        }
    }
}
