using System.Collections.Generic;

namespace NetworkProtocol.Fast.Memory;

/// <summary>The blocks of one size: their free list, and the slabs they come from (under the pool's lock).</summary>
internal sealed class BufferClass(BufferPool pool, BlockTable table, int index)
{
    private readonly List<BufferSlab> committed = [];
    private readonly List<BufferSlab> vacant = [];

    /// <summary>Free blocks. Lock-free.</summary>
    public BlockStack Free { get; } = new(table);

    /// <summary>Whether the blocks are above 64 KiB, for packets that are never copied.</summary>
    public bool IsLarge => BlockBytes > (64 << 10) + BufferClasses.SlackBytes;

    private int BlockBytes { get; } = BufferClasses.BlockBytes(index);

    /// <summary>
    /// Gets one more slab of at most <paramref name="roomBytes"/>, keeps its first block for the caller and frees the
    /// others. Returns null when there is no room or the system has no memory.
    /// </summary>
    public BufferBlock? TryGrow(long roomBytes, out long committedBytes)
    {
        committedBytes = 0;
        BufferSlab? slab = TakeVacant(roomBytes);
        if (slab is null)
        {
            int blockCount = (int)long.Min(BufferClasses.SlabBlocksMax(index), roomBytes / BlockBytes);
            if (blockCount <= 0)
            {
                return null;
            }

            slab = new BufferSlab(pool, table, index, blockCount);
        }

        if (!slab.TryCommit())
        {
            vacant.Add(slab);
            return null;
        }

        committed.Add(slab);
        committedBytes = slab.Bytes;
        foreach (BufferBlock block in slab.Blocks[1..])
        {
            Free.TryPush(block);
        }

        return slab.Blocks[0];
    }

    /// <summary>Notes which slabs were used since the last call, for a release of idle ones.</summary>
    public void MarkUse()
    {
        foreach (BufferSlab slab in committed)
        {
            slab.MarkUse();
        }
    }

    /// <summary>
    /// Gives the memory of wholly free slabs back until <paramref name="bytesWanted"/> are released; returns how many
    /// were. Rents that find the list empty meanwhile wait for the pool's lock and look again.
    /// </summary>
    public long Release(long bytesWanted, bool idleOnly)
    {
        if (!HasCandidate(idleOnly))
        {
            return 0;
        }

        int first = Free.TakeAll();
        CountInHand(first);
        long released = 0;
        for (int i = committed.Count - 1; i >= 0 && released < bytesWanted; i--)
        {
            BufferSlab slab = committed[i];
            if (slab.IsWhollyInHand && (slab.IsIdle || !idleOnly))
            {
                // Its blocks are skipped when the rest go back to the list, because they have no memory any more.
                released += Vacate(slab, i);
            }
        }

        PutBack(first);
        return released;
    }

    /// <summary>
    /// Frees what is free and refuses later returns, which then come through <see cref="ReleaseLate"/>.
    /// </summary>
    public long Close()
    {
        CountInHand(Free.Close());
        long released = 0;
        for (int i = committed.Count - 1; i >= 0; i--)
        {
            if (committed[i].IsWhollyInHand)
            {
                released += Vacate(committed[i], i);
            }
        }

        return released;
    }

    /// <summary>A block came back after <see cref="Close"/>: frees its slab when it was the last one out.</summary>
    public long ReleaseLate(BufferBlock block)
    {
        BufferSlab slab = block.Slab;
        slab.BlocksInHand++;
        return slab.IsWhollyInHand ? Vacate(slab, committed.IndexOf(slab)) : 0;
    }

    private bool HasCandidate(bool idleOnly)
    {
        foreach (BufferSlab slab in committed)
        {
            if ((slab.IsIdle || !idleOnly) && slab.IsFree)
            {
                return true;
            }
        }

        return false;
    }

    private void CountInHand(int link)
    {
        foreach (BufferSlab slab in committed)
        {
            slab.BlocksInHand = 0;
        }

        while (link > 0)
        {
            BufferBlock block = table[link - 1];
            block.Slab.BlocksInHand++;
            link = block.NextFree;
        }
    }

    private void PutBack(int link)
    {
        while (link > 0)
        {
            BufferBlock block = table[link - 1];
            link = block.NextFree;
            if (block.HasMemory)
            {
                Free.TryPush(block);
            }
        }
    }

    private BufferSlab? TakeVacant(long roomBytes)
    {
        for (int i = vacant.Count - 1; i >= 0; i--)
        {
            BufferSlab slab = vacant[i];
            if (slab.Bytes <= roomBytes)
            {
                vacant.RemoveAt(i);
                return slab;
            }
        }

        return null;
    }

    private long Vacate(BufferSlab slab, int position)
    {
        slab.Release();
        committed.RemoveAt(position);
        vacant.Add(slab);
        return slab.Bytes;
    }
}
