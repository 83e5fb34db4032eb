using System;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Threading;
using NetworkProtocol.Fast.Memory;
using NetworkProtocol.Fast.Packets;

namespace NetworkProtocol.Fast.Link;

/// <summary>
/// The requests of one link that wait for a reply: a fixed table of slots. Slot number and generation are
/// the correlation on the wire, so a late or foreign reply can never reach the wrong owner. Any thread begins and
/// ends requests; a request is ended exactly once, by whoever wins the exchange of its slot's state (reply, deadline,
/// cancellation or loss of the link). Everything is O(1) but the scan for expired deadlines, which visits the slots
/// ever used.
/// </summary>
internal sealed class CorrelationTable<TOwner>
    where TOwner : class
{
    private readonly Slot[] slots;
    private readonly int indexBits;
    private readonly uint indexMask;
    private readonly uint generationMask;

    // First in, first out: a slot whose request timed out is not used again before all others were, so a late reply
    // would have to be two thousand million requests late to find its correlation in use.
    private readonly IndexQueue free;
    private int everUsed;

    /// <param name="capacity">Most requests at a time; rounded up to a power of two, at most 2^20.</param>
    internal CorrelationTable(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, 1 << 20);
        int size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(capacity, 2));
        slots = new Slot[size];
        indexBits = BitOperations.Log2((uint)size);
        indexMask = (uint)size - 1;
        generationMask = uint.MaxValue >> (indexBits + 1);
        for (int i = 0; i < size; i++)
        {
            slots[i].State = 1 << 1;
        }

        free = new IndexQueue(size);
    }

    /// <summary>Requests that wait for an end.</summary>
    internal int InFlight => free.TakenCount;

    internal int Capacity => slots.Length;

    /// <summary>Begins a request.</summary>
    /// <returns>False when every slot is taken.</returns>
    internal bool TryBegin(TOwner owner, uint peerCorrelation, PacketType type, long deadlineMs, out uint correlation,
        ushort route = 0, uint beganAt = 0)
    {
        if (!free.TryTake(out int index))
        {
            correlation = 0;
            return false;
        }

        if (index >= Volatile.Read(ref everUsed))
        {
            RaiseEverUsed(index + 1);
        }

        ref Slot slot = ref slots[index];
        slot.Owner = owner;
        slot.PeerCorrelation = peerCorrelation;
        slot.Type = type;
        slot.DeadlineMs = deadlineMs;
        slot.Route = route;
        slot.BeganAt = beganAt;
        uint idle = (uint)slot.State;

        Volatile.Write(ref slot.State, (int)(idle | 1));
        correlation = ((idle >> 1) << indexBits) | (uint)index;
        return true;
    }

    /// <summary>Ends the request of this correlation.</summary>
    /// <returns>False when it has ended before, or never was.</returns>
    internal bool TryEnd(uint correlation, out EndedRequest<TOwner> ended)
    {
        int index = (int)(correlation & indexMask);
        uint generation = correlation >> indexBits;
        if (!TryTakeOut(index, (generation << 1) | 1, out ended))
        {
            return false;
        }

        free.Give(index);
        return true;
    }

    /// <summary>Ends the request of this correlation, but leaves its slot taken until <see cref="Free"/> gives back
    /// what a batch has ended, with one exchange for all.</summary>
    /// <returns>False when it has ended before, or never was.</returns>
    internal bool TryEnd(uint correlation, EndedSlots batch, out EndedRequest<TOwner> ended)
    {
        int index = (int)(correlation & indexMask);
        uint generation = correlation >> indexBits;
        if (!TryTakeOut(index, (generation << 1) | 1, out ended))
        {
            return false;
        }

        // Before it is added and not after: a batch that has ended anything is not empty at its end, when those
        // that wait for slots are woken.
        if (batch.IsFull)
        {
            Free(batch);
        }

        batch.Add(index);
        return true;
    }

    /// <summary>Gives back the slots of requests that a batch has ended. A full fence.</summary>
    internal void Free(EndedSlots batch)
    {
        free.Give(batch.Indices);
        batch.Clear();
    }

    /// <summary>Ends the next request whose deadline has passed; call until false, starting with cursor 0.</summary>
    internal bool TryEndExpired(ref int cursor, long nowMs, out EndedRequest<TOwner> ended)
    {
        if (InFlight > 0)
        {
            int end = Volatile.Read(ref everUsed);
            while (cursor < end)
            {
                int index = cursor++;
                ref Slot slot = ref slots[index];

                // State first: if the slot changes hands after this read, the exchange in TryTakeOut fails.
                uint state = (uint)Volatile.Read(ref slot.State);
                if ((state & 1) != 0 && Volatile.Read(ref slot.DeadlineMs) <= nowMs
                    && TryTakeOut(index, state, out ended))
                {
                    free.Give(index);
                    return true;
                }
            }
        }

        ended = default;
        return false;
    }

    /// <summary>Ends any request that is still waiting; call until false, starting with cursor 0.</summary>
    internal bool TryEndAny(ref int cursor, out EndedRequest<TOwner> ended) =>
        TryEndExpired(ref cursor, long.MaxValue, out ended);

    // Whoever takes a request out has its slot to itself until it is given back.
    private bool TryTakeOut(int index, uint busyState, out EndedRequest<TOwner> ended)
    {
        ref Slot slot = ref slots[index];
        uint generation = ((busyState >> 1) + 1) & generationMask;
        uint idle = (generation == 0 ? 1 : generation) << 1;
        if ((busyState & 1) == 0
            || (uint)Interlocked.CompareExchange(ref slot.State, (int)idle, (int)busyState) != busyState)
        {
            ended = default;
            return false;
        }

        ended = new EndedRequest<TOwner>(slot.Owner!, slot.PeerCorrelation, slot.Type, slot.Route, slot.BeganAt,
            ((busyState >> 1) << indexBits) | (uint)index);
        slot.Owner = null;
        return true;
    }

    private void RaiseEverUsed(int value)
    {
        int seen = Volatile.Read(ref everUsed);
        while (seen < value)
        {
            int found = Interlocked.CompareExchange(ref everUsed, value, seen);
            if (found == seen)
            {
                return;
            }

            seen = found;
        }
    }

    [SuppressMessage("Performance", "CA1815", Justification = "slots are never compared")]
    private struct Slot
    {
        /// <summary>Generation shifted by one; bit 0: a request waits. Written by the slot's owner or by
        /// exchange.</summary>
        internal int State;
        internal TOwner? Owner;
        internal long DeadlineMs;
        internal uint PeerCorrelation;
        internal uint BeganAt;
        internal PacketType Type;
        internal ushort Route;
    }
}
