using System;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Threading;

namespace NetworkProtocol.Fast.Session;

/// <summary>
/// Counts handshakes under way, in total and for each address, so that strangers cannot take all of a server's
/// processors or all of its places. Memory is a table of as many entries as handshakes are allowed, whatever addresses
/// come. Any thread, behind one lock that is held for less than a microsecond, twice a handshake.
/// </summary>
internal sealed class HandshakeLimits
{
    private readonly Lock gate = new();
    private readonly KeyedHash hash = KeyedHash.Create();
    private readonly int underWayMax;
    private readonly int perAddressMax;

    // Entries of addresses with a handshake under way hang in chains that begin in buckets, the others in the list of
    // the free. Links are index + 1, 0 ends a chain.
    private readonly Entry[] entries;
    private readonly int[] buckets;
    private int free;

    private int underWay;
    private long admitted;
    private long refusedByTotal;
    private long refusedByAddress;

    internal HandshakeLimits(HandshakeLimitOptions options)
    {
        options.Validate();
        underWayMax = options.UnderWayMax;
        perAddressMax = options.PerAddressMax;
        entries = new Entry[underWayMax];
        buckets = new int[(int)BitOperations.RoundUpToPowerOf2((uint)underWayMax)];
        for (int i = 0; i < entries.Length - 1; i++)
        {
            entries[i].Next = i + 2;
        }

        free = 1;
    }

    internal HandshakeCounters Counters
    {
        get
        {
            lock (gate)
            {
                return new HandshakeCounters(underWay, admitted, refusedByTotal, refusedByAddress);
            }
        }
    }

    /// <summary>Lets a handshake begin if there is a place for it.</summary>
    /// <param name="address">Who asks; null for peers without an address (Unix sockets, in memory), for which only the
    /// total counts.</param>
    /// <param name="ticket">To be given back with <see cref="Leave"/>, however the handshake ends.</param>
    internal bool TryEnter(AddressGroup? address, out HandshakeTicket ticket)
    {
        ticket = default;
        lock (gate)
        {
            if (underWay == underWayMax)
            {
                refusedByTotal++;
                return false;
            }

            int entry = HandshakeTicket.NoAddress;
            if (address is { } known && !TryCount(known.Value, out entry))
            {
                refusedByAddress++;
                return false;
            }

            underWay++;
            admitted++;
            ticket = new HandshakeTicket(entry);
            AssertInvariants();
            return true;
        }
    }

    /// <summary>Ends a handshake. A ticket that was given back before, or never was one, is no harm.</summary>
    internal void Leave(ref HandshakeTicket ticket)
    {
        lock (gate)
        {
            if (!ticket.IsValid)
            {
                return;
            }

            underWay--;
            if (ticket.Entry != HandshakeTicket.NoAddress)
            {
                CountOff(ticket.Entry);
            }

            ticket = default;
            AssertInvariants();
        }
    }

    private bool TryCount(UInt128 address, out int index)
    {
        ref int bucket = ref BucketOf(address);
        for (int link = bucket; link != 0; link = entries[link - 1].Next)
        {
            ref Entry found = ref entries[link - 1];
            if (found.Address == address)
            {
                index = link - 1;
                bool fits = found.UnderWay < perAddressMax;
                found.UnderWay += fits ? 1 : 0;
                return fits;
            }
        }

        // There is one: addresses in the table are no more than handshakes under way, which are below the limit.
        index = free - 1;
        ref Entry entry = ref entries[index];
        free = entry.Next;
        entry = new Entry { Address = address, UnderWay = 1, Next = bucket };
        bucket = index + 1;
        return true;
    }

    private void CountOff(int index)
    {
        ref Entry entry = ref entries[index];
        if (--entry.UnderWay > 0)
        {
            return;
        }

        ref int before = ref BucketOf(entry.Address);
        while (before != index + 1)
        {
            before = ref entries[before - 1].Next;
        }

        before = entry.Next;
        entry.Next = free;
        free = index + 1;
    }

    private ref int BucketOf(UInt128 address) => ref buckets[hash.Of(address) & (uint)(buckets.Length - 1)];

    [Conditional("DEBUG")]
    private void AssertInvariants()
    {
        Debug.Assert(underWay >= 0 && underWay <= underWayMax, "more handshakes were ended than begun");
        Debug.Assert(underWay == underWayMax || free != 0, "an entry is free while a handshake may begin");
    }

    [SuppressMessage("Performance", "CA1815", Justification = "entries are never compared")]
    private struct Entry
    {
        internal UInt128 Address;
        internal int UnderWay;
        internal int Next;
    }
}
