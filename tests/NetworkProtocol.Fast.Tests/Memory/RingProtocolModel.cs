using System;
using System.Collections.Generic;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Memory;

/// <summary>
/// The protocol of <c>MpscRing</c> step by step, each access to a shared word one step: two producers with two
/// entries each (an abandoned one moves as a committed one), a ring of two cells, three blocks, and a consumer that
/// at any time may read, detach or close. <see cref="Explore"/> visits every state that any interleaving reaches.
/// </summary>
internal sealed partial class RingProtocolModel(bool detachesWithoutMoving)
{
    public const int Capacity = 2;

    private const int Blocks = 3;
    private const int Items = 2;
    private const int Garbage = 7;
    private const byte Detached = 1;
    private const byte Closed = 2;
    private const byte Moving = 4;
    private const byte Bits = 7;

    private const byte LookAtTail = 0;
    private const byte Rent = 1;
    private const byte SetMoving = 2;
    private const byte SetBlock = 3;
    private const byte ClearMoving = 4;
    private const byte LookAtCompanion = 5;
    private const byte LookAtHead = 6;
    private const byte Reserve = 7;
    private const byte LoadBlock = 8;
    private const byte Commit = 9;
    private const byte Ended = 10;

    private readonly HashSet<RingProtocolState> seen = [];
    private readonly Stack<RingProtocolState> open = new();

    /// <summary>Final states, in which all producers have ended and nothing is left to read.</summary>
    public int Ends { get; private set; }

    /// <summary>Visits all states; returns how many there are. Fails the test on a broken invariant.</summary>
    public int Explore()
    {
        Visit(new RingProtocolState { Tail = Detached });
        while (open.TryPop(out RingProtocolState state))
        {
            StepProducer(state, 0);
            StepProducer(state, 1);
            StepConsumer(state);
            CheckEnd(state);
        }

        return seen.Count;
    }

    private static RingProducerState ProducerOf(in RingProtocolState state, int index) =>
        index == 0 ? state.First : state.Second;

    // Entries 1 and 2 are the first producer's, 3 and 4 the second's.
    private static int EntryOf(int producer, int item) => 1 + (producer * Items) + item;

    private static void Check(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidOperationException(what);
        }
    }

    private void Visit(in RingProtocolState state)
    {
        if (seen.Add(state))
        {
            open.Push(state);
        }
    }

    private void StepProducer(RingProtocolState state, int index)
    {
        RingProducerState self = ProducerOf(state, index);
        switch (self.Step)
        {
            case LookAtTail:
                self = AfterTail(state.Tail, self);
                break;
            case Rent:
                RentBlock(ref state, ref self);
                break;
            case SetMoving when state.Tail == self.Tail:
                state.Tail |= Moving;
                self.Step = SetBlock;
                break;
            case SetMoving:
                Free(ref state, self.Block);
                self = new RingProducerState { Item = self.Item };
                break;
            case SetBlock:
                Check(state.Block == 0, "a block is attached over another");
                state.Block = self.Block;
                self.Step = ClearMoving;
                break;
            case ClearMoving:
                state.Tail = (byte)(self.Tail & ~Detached);
                self = new RingProducerState { Item = self.Item };
                break;
            case LookAtCompanion:
                self.Step = HasRoom(self.Tail, state.Companion) ? Reserve : LookAtHead;
                break;
            case LookAtHead:
                // Full: try again. The late store of the companion is the head's own value or an older one.
                state.Companion = state.Head;
                self = HasRoom(self.Tail, state.Head)
                    ? self with { Step = Reserve }
                    : new RingProducerState { Item = self.Item };
                break;
            case Reserve when state.Tail == self.Tail:
                state.Tail += 8;
                self.Step = LoadBlock;
                break;
            case Reserve:
                self = new RingProducerState { Item = self.Item };
                break;
            case LoadBlock:
                Check(state.Block != 0, "a claim succeeded without memory");
                self.Block = state.Block;
                self.Step = Commit;
                break;
            case Commit:
                CommitEntry(ref state, ref self, index);
                break;
            default:
                return;
        }

        if (index == 0)
        {
            state.First = self;
        }
        else
        {
            state.Second = self;
        }

        Visit(state);
    }

    private static RingProducerState AfterTail(byte tail, RingProducerState self)
    {
        if ((tail & Closed) != 0)
        {
            return new RingProducerState { Step = Ended, Item = self.Item };
        }

        return (tail & Moving) != 0
            ? self
            : self with { Tail = tail, Step = (tail & Detached) != 0 ? Rent : LookAtCompanion };
    }

    private static bool HasRoom(int tail, int head) => (tail >> 3) + 1 - head <= Capacity;

    private static void RentBlock(ref RingProtocolState state, ref RingProducerState self)
    {
        for (byte block = 1; block <= Blocks; block++)
        {
            if ((state.LeasedMask & (1 << block)) == 0)
            {
                state.LeasedMask |= (byte)(1 << block);
                state.SetCell(block, 0, 0);
                state.SetCell(block, 1, 0);
                self.Block = block;
                self.Step = SetMoving;
                return;
            }
        }

        throw new InvalidOperationException("a block leaked");
    }

    private static void Free(ref RingProtocolState state, int block)
    {
        Check((state.LeasedMask & (1 << block)) != 0, "a block was returned twice");
        state.LeasedMask &= (byte)~(1 << block);
        state.SetCell(block, 0, Garbage);
        state.SetCell(block, 1, Garbage);
    }

    private static void CommitEntry(ref RingProtocolState state, ref RingProducerState self, int index)
    {
        int position = self.Tail >> 3;
        Check((state.LeasedMask & (1 << self.Block)) != 0, "a producer wrote to memory that was given back");
        Check(state.Block == self.Block, "a producer wrote to memory that is not the ring's");
        Check(state.Cell(self.Block, position) == 0, "a producer wrote over an entry");
        state.SetCell(self.Block, position, EntryOf(index, self.Item));
        byte item = (byte)(self.Item + 1);
        self = new RingProducerState { Item = item, Step = item == Items ? Ended : LookAtTail };
    }

    private static bool IsClaiming(in RingProducerState producer) => producer.Step is LoadBlock or Commit;

    private void CheckEnd(in RingProtocolState state)
    {
        if (state.First.Step != Ended || state.Second.Step != Ended || state.ConsumerStep != Choose
            || (state.Tail & Bits & ~Closed) != Detached)
        {
            return;
        }

        Ends++;
        Check(state.Block == 0 && state.LeasedMask == 0, "a block leaked");
        Check(state.Tail >> 3 == state.Head, "the ring was detached with entries in it");
        int delivered = 0;
        for (int producer = 0; producer < 2; producer++)
        {
            for (int item = 0; item < ProducerOf(state, producer).Item; item++)
            {
                delivered |= 1 << EntryOf(producer, item);
            }
        }

        Assert.That(state.Delivered, Is.EqualTo(delivered), "an entry was lost");
    }
}
