using System;
using System.Collections.Generic;
using System.Threading;

namespace NetworkProtocol.Fast.Memory;

/// <summary>
/// All blocks of a pool by id. Reads are lock-free; <see cref="Add"/> runs under the pool's lock. Ids are never
/// reused and entries never change, so a reader that learnt an id through an acquire finds its block in whatever
/// array it sees.
/// </summary>
internal sealed class BlockTable
{
    private BufferBlock[] blocks = new BufferBlock[64];
    private int count;

    public int Count => Volatile.Read(ref count);

    public BufferBlock this[int id] => Volatile.Read(ref blocks)[id];

    public void Add(BufferBlock block)
    {
        BufferBlock[] current = blocks;
        int id = count;
        if (id == current.Length)
        {
            // Readers of the old array find there all they can ask for; it is garbage once they are done.
            Array.Resize(ref current, id * 2);
        }

        current[id] = block;
        Volatile.Write(ref blocks, current);
        Volatile.Write(ref count, id + 1);
    }

    /// <summary>Counts by the generations of the blocks, one after another while others rent.</summary>
    public (long RentedTotal, long LeasedBlocks, long LeasedBytes) CountLeases()
    {
        long rentedTotal = 0;
        long leasedBlocks = 0;
        long leasedBytes = 0;
        for (int id = Count - 1; id >= 0; id--)
        {
            long generation = this[id].Generation;
            long leased = generation & 1;
            rentedTotal += (generation + leased) / 2;
            leasedBlocks += leased;
            leasedBytes += leased * this[id].Capacity;
        }

        return (rentedTotal, leasedBlocks, leasedBytes);
    }

    /// <summary>Holders of the leased blocks; none in Release, where holders are not kept.</summary>
    public IReadOnlyList<string> Holders()
    {
        List<string> holders = [];
        for (int id = 0; id < Count; id++)
        {
            BufferBlock block = this[id];
            if (block.IsLeased && block.Holder.Length > 0)
            {
                holders.Add(block.Holder);
            }
        }

        return holders;
    }
}
