using System;

namespace NetworkProtocol.Fast.Memory;

/// <summary>
/// One allocation of unmanaged memory, cut into blocks of one class: many for a small class, a single one for a large
/// class. The slab object and its blocks stay when the memory is given back, and get new memory later. All members
/// run under the pool's lock.
/// </summary>
internal sealed class BufferSlab
{
    // Never equal to a sum of generations, so a fresh slab is not idle at the first trim.
    private const long NoMark = -1;

    private readonly BufferBlock[] blocks;
    private nint memory;
    private long useMark = NoMark;

    public BufferSlab(BufferPool pool, BlockTable table, int classIndex, int blockCount)
    {
        blocks = new BufferBlock[blockCount];
        for (int i = 0; i < blockCount; i++)
        {
            blocks[i] = new BufferBlock(pool, this, table.Count, classIndex);
            table.Add(blocks[i]);
        }

        Bytes = (long)blockCount * BufferClasses.BlockBytes(classIndex);
    }

    public long Bytes { get; }

    public ReadOnlySpan<BufferBlock> Blocks => blocks;

    /// <summary>
    /// How many of the blocks the pool has taken off the free list; its scratch while it looks for free slabs.
    /// </summary>
    public int BlocksInHand { get; set; }

    public bool IsWhollyInHand => BlocksInHand == blocks.Length;

    /// <summary>
    /// True when no block is leased just now. It stops at the first leased one, so a slab in use costs little.
    /// </summary>
    public bool IsFree
    {
        get
        {
            foreach (BufferBlock block in blocks)
            {
                if (block.IsLeased)
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>True when no block was rented since the last call of <see cref="MarkUse"/>.</summary>
    public bool IsIdle { get; private set; }

    public void MarkUse()
    {
        long uses = 0;
        foreach (BufferBlock block in blocks)
        {
            uses += block.Generation;
        }

        IsIdle = uses == useMark;
        useMark = uses;
    }

    /// <summary>Gets memory from the system; false when it has none.</summary>
    public bool TryCommit()
    {
        memory = SystemMemory.TryAllocate(Bytes);
        if (memory == 0)
        {
            return false;
        }

        useMark = NoMark;
        IsIdle = false;
        nint address = memory;
        foreach (BufferBlock block in blocks)
        {
            block.Place(address);
            address += block.Capacity;
        }

        return true;
    }

    /// <summary>Gives the memory back. No block may be leased or on the free list.</summary>
    public void Release()
    {
        foreach (BufferBlock block in blocks)
        {
            block.Place(0);
        }

        // SAFETY: the blocks were emptied above, so no span made from now on reaches the memory.
        SystemMemory.Free(memory, Bytes);
        memory = 0;
    }
}
