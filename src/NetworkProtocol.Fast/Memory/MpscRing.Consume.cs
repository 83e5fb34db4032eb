using System.Threading;

namespace NetworkProtocol.Fast.Memory;

/// <content>What the one consumer does.</content>
internal sealed partial class MpscRing
{
    /// <summary>
    /// The oldest entry, if it is committed. Consumer only. The same entry comes again until it is released, and it
    /// is valid until then.
    /// </summary>
    // Acquire: the zeroes that the attaching producer wrote are seen with the block.
    public bool TryRead(out RingEntry entry) =>
        RingLayout.TryRead(Volatile.Read(ref block), capacityBytes, ref head.Position, out entry);

    /// <summary>Releases the entry last read. Consumer only.</summary>
    public void Release() => RingLayout.Release(block, capacityBytes, ref head.Position);

    /// <summary>
    /// Gives the memory back to the pool if the ring is empty; the next claim attaches new memory. Consumer only.
    /// True when the ring owns no memory afterwards, as far as the consumer has a say: a producer may attach some at
    /// once.
    /// </summary>
    public bool TryDetach()
    {
        long seen = Volatile.Read(ref tail.Position);
        if ((seen & (Detached | Moving)) != 0)
        {
            return (seen & Moving) == 0;
        }

        // Equal to the head, there is no claim, and the swap fails if one comes.
        if ((seen & ~StateBits) != head.Position
            || Interlocked.CompareExchange(ref tail.Position, seen | Moving | Detached, seen) != seen)
        {
            return false;
        }

        BufferLease lease = pool.Adopt(block!.Id);
        block = null;
        // Release: who sees the ring detached sees that it has no block.
        Volatile.Write(ref tail.Position, seen | Detached);
        lease.Return();
        return true;
    }

    /// <summary>
    /// Refuses all later claims and waits until the claims under way are committed or abandoned (their producers are
    /// filling them). Consumer only. What is left can still be read.
    /// </summary>
    public void Close()
    {
        long seen = Volatile.Read(ref tail.Position);
        while ((seen & Closed) == 0)
        {
            if ((seen & Moving) != 0)
            {
                AwaitMove();
                seen = Volatile.Read(ref tail.Position);
                continue;
            }

            long found = Interlocked.CompareExchange(ref tail.Position, seen | Closed, seen);
            seen = found == seen ? seen | Closed : found;
        }

        if (block is not null)
        {
            RingLayout.AwaitCommits(MemoryOf(block), head.Position, seen & ~StateBits);
        }
    }

    /// <summary>
    /// Closes the ring, drops the entries left, and gives the memory back. Consumer only. If entries carry something
    /// owned (ids of blocks), close and read them first.
    /// </summary>
    public void Dispose()
    {
        Close();
        while (TryRead(out _))
        {
            Release();
        }

        TryDetach();
    }
}
