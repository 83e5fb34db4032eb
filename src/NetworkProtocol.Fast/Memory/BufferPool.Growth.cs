using System.Runtime.CompilerServices;
using System.Threading;

namespace NetworkProtocol.Fast.Memory;

/// <summary>What happens when no free block is at hand: grow, make room, or refuse. Under the lock.</summary>
internal sealed partial class BufferPool
{
    // Bit by class: nothing could be found for it, and nothing has come back since. A refusal costs a walk over all
    // classes under the lock, and at the cap everybody asks again and again.
    private int refusedClasses;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private BufferBlock? RentSlow(int index)
    {
        int bit = 1 << index;
        if ((Volatile.Read(ref refusedClasses) & bit) != 0)
        {
            Interlocked.Increment(ref refusedTotal);
            return null;
        }

        lock (gate)
        {
            BufferBlock? block = Find(index);
            if (block is null)
            {
                // A full fence before a second look, for a block that came back after the first one; see Return.
                Interlocked.Or(ref refusedClasses, bit);
                block = Find(index);
            }

            if (block is null)
            {
                Interlocked.Increment(ref refusedTotal);
            }

            return block;
        }
    }

    private BufferBlock? Find(int index)
    {
        // Another thread may have grown the class, or a release may have held its blocks for a moment.
        BufferBlock? block = classes[index].Free.TryPop() ?? TryGrow(index);
        if (block is null && !disposed && TryMakeRoom(index))
        {
            block = TryGrow(index);
        }

        // What is left are free blocks of slabs that others are leased from: better too large than none.
        for (int larger = index + 1; block is null && larger < classes.Length; larger++)
        {
            block = classes[larger].Free.TryPop();
        }

        return block;
    }

    private BufferBlock? TryGrow(int index)
    {
        if (disposed)
        {
            return null;
        }

        BufferBlock? block = classes[index].TryGrow(RoomBytes(index), out long bytes);
        Volatile.Write(ref committedBytes, committedBytes + bytes);
        largeCommittedBytes += classes[index].IsLarge ? bytes : 0;
        if (block is not null)
        {
            Volatile.Write(ref commitsTotal, commitsTotal + 1);
        }

        return block;
    }

    private long RoomBytesMax(int index) => classes[index].IsLarge ? largeCapacityBytes : capacityBytes;

    private long RoomBytes(int index)
    {
        long room = capacityBytes - committedBytes;
        return classes[index].IsLarge ? long.Min(room, largeCapacityBytes - largeCommittedBytes) : room;
    }

    // Largest first: one unused large block makes room for many small ones.
    private bool TryMakeRoom(int index)
    {
        long excessBytes = BufferClasses.BlockBytes(index) - RoomBytes(index);
        for (int other = classes.Length - 1; other >= 0 && excessBytes > 0; other--)
        {
            long released = classes[other].Release(excessBytes, idleOnly: false);
            CountReleased(classes[other], released);
            excessBytes -= released;
        }

        return excessBytes <= 0;
    }
}
