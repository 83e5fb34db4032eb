using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Threading;

namespace NetworkProtocol.Fast.Memory;

/// <summary>
/// Leases blocks of unmanaged memory up to a cap. Rent and return are lock-free and allocate nothing while free
/// blocks are there; only growing, giving memory back and disposing take a lock. Any thread may call any member.
/// Memory that is not leased stays with the pool until <see cref="Trim"/>, until the cap makes another class need
/// it, or until
/// <see cref="Dispose"/>. The pool has no finalizer: whoever makes one disposes it.
/// </summary>
internal sealed class BufferPool : IDisposable
{
    private readonly Lock gate = new();
    private readonly BlockTable table = new();
    private readonly BufferClass[] classes = new BufferClass[BufferClasses.Count];
    private readonly long capacityBytes;
    private readonly long largeCapacityBytes;

    // Written under the lock, read by anyone.
    private long committedBytes;
    private long largeCommittedBytes;
    private long releasedBytesTotal;
    private long commitsTotal;
    private long refusedTotal;
    private bool disposed;

    private long doubleReturnsTotal;

    /// <param name="capacityBytes">Most bytes at any time.</param>
    public BufferPool(long capacityBytes)
        : this(capacityBytes, capacityBytes)
    {
    }

    /// <param name="capacityBytes">Most bytes at any time.</param>
    /// <param name="largeCapacityBytes">How much of it blocks above 64 KiB may take together, so that a few huge
    /// packets never leave the many small ones without memory.</param>
    public BufferPool(long capacityBytes, long largeCapacityBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacityBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(largeCapacityBytes, capacityBytes);
        this.capacityBytes = capacityBytes;
        this.largeCapacityBytes = largeCapacityBytes;
        for (int i = 0; i < classes.Length; i++)
        {
            classes[i] = new BufferClass(this, table, i);
        }
    }

    /// <summary>Bytes of the largest block: a payload of 16 MiB with the header and name of its packet.</summary>
    public static int BlockBytesMax => BufferClasses.BlockBytesMax;

    /// <summary>Bytes of the largest block that this pool can ever lease.</summary>
    public int LeaseBytesMax
    {
        get
        {
            int index = BufferClasses.Count - 1;
            while (index > 0 && BufferClasses.BlockBytes(index) > RoomBytesMax(index))
            {
                index--;
            }

            return BufferClasses.BlockBytes(index);
        }
    }

    /// <summary>Whether three quarters of the cap are taken: what is held only to be quick should be given back.</summary>
    public bool IsShort => CommittedBytes > capacityBytes / 4 * 3;

    /// <summary>Bytes taken from the system now, leased or free; never more than the cap.</summary>
    public long CommittedBytes => Volatile.Read(ref committedBytes);

    /// <summary>
    /// Walks over all blocks: for metrics and tests, not for each packet. The counts that a block's own generation
    /// tells are kept nowhere else, so rent and return pay nothing for them.
    /// </summary>
    public BufferPoolStatistics Statistics
    {
        get
        {
            (long rentedTotal, long leasedBlocks, long leasedBytes) = table.CountLeases();
            return new BufferPoolStatistics(
                capacityBytes,
                CommittedBytes,
                leasedBytes,
                leasedBlocks,
                rentedTotal,
                Volatile.Read(ref refusedTotal),
                Volatile.Read(ref commitsTotal),
                Volatile.Read(ref releasedBytesTotal),
                Volatile.Read(ref doubleReturnsTotal));
        }
    }

    /// <summary>
    /// Leases a block of at least <paramref name="bytesMin"/> bytes (at most <see cref="BlockBytesMax"/>). False
    /// when the cap is reached and no free block of another class can make room, when the system has no memory, or
    /// after
    /// <see cref="Dispose"/>. The content is whatever the last owner left. <paramref name="holder"/> is kept in
    /// DEBUG.
    /// </summary>
    public bool TryRent(int bytesMin, out BufferLease lease, [CallerMemberName] string holder = "")
    {
        int index = BufferClasses.IndexOf(bytesMin);
        BufferBlock? block = classes[index].Free.TryPop() ?? RentSlow(index);
        if (block is null)
        {
            lease = default;
            return false;
        }

        lease = block.Lease(holder);
        return true;
    }

    /// <summary>
    /// Turns the id of a leased block back into its lease. This is a move: the one who passed the id on (through a
    /// ring) has no lease any more.
    /// </summary>
    public BufferLease Adopt(int id)
    {
        BufferBlock block = table[id];
        long generation = block.Generation;
        if ((generation & 1) == 0)
        {
            throw new InvalidOperationException("a block that is not leased cannot be adopted");
        }

        return new BufferLease(block, generation);
    }

    /// <summary>
    /// Gives the memory back to the system that no one rented since the last call. To be called every few seconds; a
    /// burst's memory is then gone one or two calls after it.
    /// </summary>
    public void Trim()
    {
        lock (gate)
        {
            if (disposed)
            {
                // What is still out is freed when it comes back, not here.
                return;
            }

            foreach (BufferClass blocks in classes)
            {
                blocks.MarkUse();
                CountReleased(blocks, blocks.Release(long.MaxValue, idleOnly: true));
            }
        }
    }

    /// <summary>The holders of all blocks that are leased now, in DEBUG builds; empty in Release.</summary>
    public IReadOnlyList<string> OutstandingHolders() => table.Holders();

    /// <summary>
    /// Frees what is free and refuses later rents. A leased block stays valid and is freed when it is returned.
    /// </summary>
    public void Dispose()
    {
        lock (gate)
        {
            if (disposed)
            {
                return;
            }

            disposed = true;
            foreach (BufferClass blocks in classes)
            {
                CountReleased(blocks, blocks.Close());
            }
        }
    }

    internal void Return(BufferBlock block)
    {
        BufferClass blocks = classes[block.ClassIndex];
        if (!blocks.Free.TryPush(block))
        {
            ReturnLate(blocks, block);
        }
    }

    internal void RefuseReturn()
    {
        Interlocked.Increment(ref doubleReturnsTotal);
        Debug.Fail("a lease was returned twice");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private BufferBlock? RentSlow(int index)
    {
        lock (gate)
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

            if (block is null)
            {
                Volatile.Write(ref refusedTotal, refusedTotal + 1);
            }

            return block;
        }
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

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ReturnLate(BufferClass blocks, BufferBlock block)
    {
        lock (gate)
        {
            CountReleased(blocks, blocks.ReleaseLate(block));
        }
    }

    private void CountReleased(BufferClass blocks, long bytes)
    {
        largeCommittedBytes -= blocks.IsLarge ? bytes : 0;
        Volatile.Write(ref committedBytes, committedBytes - bytes);
        Volatile.Write(ref releasedBytesTotal, releasedBytesTotal + bytes);
    }
}
