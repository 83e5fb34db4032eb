using System;
using System.Runtime.CompilerServices;
using System.Threading;

namespace NetworkProtocol.Fast.Memory;

/// <summary>
/// Bounded ring of variable-length entries: any thread may claim, one thread at a time consumes (hand-over of that
/// role is the user's, with a full fence). It owns memory only while in use: the first claim attaches a block of the
/// pool, and the consumer detaches it when the ring is idle.
/// <para>
/// All that producers and consumer must agree on is one word, the tail: the next position (a multiple of 8) and three
/// state bits. A claim, a detach and a close are each a compare-and-swap of that word, so none can slip between
/// another's check and its effect. A claim succeeds only on a tail without state bits, and the consumer detaches only
/// when head and tail are equal; hence the memory of a claim stays until its entry is consumed. While
/// <c>Moving</c> is set its setter alone may change the block; that lasts two stores, and others wait for it.
/// </para>
/// <para>Claiming is lock-free but for that moment; reading and releasing are wait-free.</para>
/// </summary>
internal sealed partial class MpscRing : IDisposable
{
    private const long Detached = 1;
    private const long Closed = 2;
    private const long Moving = 4;
    private const long StateBits = Detached | Closed | Moving;

    private readonly BufferPool pool;
    private readonly int capacityBytes;

    // Written by whoever set Moving, before the swap that clears it; null while detached. A producer reads it after
    // its claim succeeded, the consumer any time (only it detaches).
    private BufferBlock? block;

    // Position: the tail word. Companion: the producers' last view of the head, never ahead of it; it spares them the
    // consumer's line on most claims.
    private PaddedCursor tail;

    // Position: where the consumer stands; written by it alone.
    private PaddedCursor head;

    /// <summary>
    /// Makes a ring without memory. <paramref name="capacityBytes"/>: a power of two from 64 B to 16 MiB.
    /// </summary>
    public MpscRing(BufferPool pool, int capacityBytes)
    {
        RingLayout.CheckCapacity(capacityBytes);
        this.pool = pool;
        this.capacityBytes = capacityBytes;
        tail.Position = Detached;
    }

    /// <summary>Bytes of the ring's memory. An entry takes its data, 8 bytes, and what aligns it to 8.</summary>
    public int CapacityBytes => capacityBytes;

    /// <summary>Most data bytes of one entry: half of the ring less a header.</summary>
    public int EntryBytesMax => RingLayout.EntryBytesMax(capacityBytes);

    /// <summary>
    /// Bytes claimed and not yet released, with headers and padding. Any thread; it may be out of date at once.
    /// </summary>
    public int UsedBytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            long from = Volatile.Read(ref head.Position);
            return RingLayout.UsedBytes(from, Volatile.Read(ref tail.Position) & ~StateBits, capacityBytes);
        }
    }

    /// <summary>
    /// True only if at one moment during the call nothing was in the ring, not even an uncommitted claim. Any
    /// thread. The head is read first: it never passes the tail, so if the later tail equals it, both were equal
    /// when that was read.
    /// </summary>
    public bool IsEmpty
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            long from = Volatile.Read(ref head.Position);
            return (Volatile.Read(ref tail.Position) & ~StateBits) == from;
        }
    }

    /// <summary>True while the ring owns a block. Any thread; it may be out of date at once.</summary>
    public bool IsAttached => (Volatile.Read(ref tail.Position) & Detached) == 0;

    /// <summary>
    /// Claims space for an entry of <paramref name="bytes"/>. Any thread. After <see cref="RingStatus.Done"/> the
    /// claim must be committed or abandoned soon. <see cref="RingStatus.TooLarge"/> beyond <see
    /// cref="EntryBytesMax"/>.
    /// </summary>
    public RingStatus TryClaim(int bytes, int tag, out RingClaim claim)
    {
        claim = default;
        if ((uint)bytes > (uint)EntryBytesMax)
        {
            return RingLayout.RefuseSize(bytes);
        }

        int entryBytes = RingLayout.EntryBytes(bytes);
        while (true)
        {
            long seen = Volatile.Read(ref tail.Position);
            if ((seen & StateBits) != 0)
            {
                RingStatus status = ResolveState(seen);
                if (status != RingStatus.Done)
                {
                    return status;
                }

                continue;
            }

            int paddingBytes = RingLayout.PaddingBytes(seen, entryBytes, capacityBytes);
            long next = seen + paddingBytes + entryBytes;
            if (next - Volatile.Read(ref tail.Companion) > capacityBytes && !HasRoom(next))
            {
                return RingStatus.Full;
            }

            if (Interlocked.CompareExchange(ref tail.Position, next, seen) == seen)
            {
                claim = RingLayout.Claim(MemoryOf(block!), seen, paddingBytes, bytes, tag);
                return RingStatus.Done;
            }
        }
    }

    private bool HasRoom(long next)
    {
        // Acquire: pairs with the consumer's release of the head, so the space is zeroed before a producer writes
        // there. The companion passes that on to other producers. A late write of an older head is merely cautious.
        long seen = Volatile.Read(ref head.Position);
        Volatile.Write(ref tail.Companion, seen);
        return next - seen <= capacityBytes;
    }

    /// <summary>Done: look at the tail again.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private RingStatus ResolveState(long seen)
    {
        if ((seen & Closed) != 0)
        {
            return RingStatus.Closed;
        }

        if ((seen & Moving) != 0)
        {
            AwaitMove();
            return RingStatus.Done;
        }

        if (!RingLayout.TryRent(pool, capacityBytes, out BufferLease lease))
        {
            // Another producer may have got the last block, for this very ring.
            return Volatile.Read(ref tail.Position) == seen ? RingStatus.NoMemory : RingStatus.Done;
        }

        if (Interlocked.CompareExchange(ref tail.Position, seen | Moving, seen) != seen)
        {
            // Another producer attaches, or the ring was closed.
            lease.Return();
            return RingStatus.Done;
        }

        Volatile.Write(ref block, lease.Block);
        // Release: who sees the tail without Detached sees the block and its zeroes.
        Volatile.Write(ref tail.Position, seen & ~Detached);
        return RingStatus.Done;
    }

    private void AwaitMove()
    {
        SpinWait spin = default;
        while ((Volatile.Read(ref tail.Position) & Moving) != 0)
        {
            // Without the long sleeps: the other thread needs two stores.
            spin.SpinOnce(sleep1Threshold: -1);
        }
    }

    private Span<byte> MemoryOf(BufferBlock attached) => attached.Span[..capacityBytes];
}
