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
internal sealed partial class BufferPool : IDisposable
{
    private readonly Lock gate;
    private readonly BlockTable table;
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

    // What only TryRentToSend may take: a pool like this one over the same table of blocks, whose ids are thus unique
    // in both, and under the same lock.
    private readonly BufferPool? reserve;

    /// <param name="capacityBytes">Most bytes at any time.</param>
    public BufferPool(long capacityBytes)
        : this(capacityBytes, capacityBytes, 0)
    {
    }

    /// <param name="capacityBytes">Most bytes at any time, without the reserve.</param>
    /// <param name="largeCapacityBytes">How much of it blocks above 64 KiB may take together, so that a few huge
    /// packets never leave the many small ones without memory.</param>
    /// <param name="reserveBytes">Most bytes that <see cref="TryRentToSend"/> takes beyond that.</param>
    public BufferPool(long capacityBytes, long largeCapacityBytes, long reserveBytes)
        : this(new BlockTable(), new Lock(), capacityBytes, largeCapacityBytes)
    {
        if (reserveBytes > 0)
        {
            reserve = new BufferPool(table, gate, reserveBytes, reserveBytes);
        }
    }

    private BufferPool(BlockTable table, Lock gate, long capacityBytes, long largeCapacityBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacityBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(largeCapacityBytes, capacityBytes);
        this.table = table;
        this.gate = gate;
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

    /// <summary>Whether three quarters of the cap are taken: what is held only to be quick should be given
    /// back.</summary>
    public bool IsShort => Volatile.Read(ref committedBytes) > capacityBytes / 4 * 3;

    /// <summary>Bytes taken from the system now, leased or free; never more than cap and reserve.</summary>
    public long CommittedBytes => Volatile.Read(ref committedBytes) + (reserve?.CommittedBytes ?? 0);

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
                capacityBytes + (reserve?.capacityBytes ?? 0),
                CommittedBytes,
                leasedBytes,
                leasedBlocks,
                rentedTotal,
                Volatile.Read(ref refusedTotal) + (reserve?.refusedTotal ?? 0),
                Volatile.Read(ref commitsTotal) + (reserve?.commitsTotal ?? 0),
                Volatile.Read(ref releasedBytesTotal) + (reserve?.releasedBytesTotal ?? 0),
                Volatile.Read(ref doubleReturnsTotal) + (reserve?.doubleReturnsTotal ?? 0));
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
        return TryLease(classes[index].Free.TryPop() ?? RentSlow(index), holder, out lease);
    }

    /// <summary>
    /// Like <see cref="TryRent"/>, for what is sent: takes from the reserve when the rest is gone. What is under way
    /// can thus still be answered, which is what gives memory back.
    /// </summary>
    public bool TryRentToSend(int bytesMin, out BufferLease lease, [CallerMemberName] string holder = "") =>
        TryRent(bytesMin, out lease, holder)
        || (reserve is not null && bytesMin <= reserve.LeaseBytesMax && reserve.TryRent(bytesMin, out lease, holder));

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

            reserve?.Trim();
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
            reserve?.Dispose();
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

        // The push was a full fence: either this read sees a refusal, or the one who refuses sees the block.
        if (Volatile.Read(ref refusedClasses) != 0)
        {
            Volatile.Write(ref refusedClasses, 0);
        }
    }

    internal void RefuseReturn()
    {
        Interlocked.Increment(ref doubleReturnsTotal);
        Debug.Fail("a lease was returned twice");
    }

    private static bool TryLease(BufferBlock? block, string holder, out BufferLease lease)
    {
        lease = block is null ? default : block.Lease(holder);
        return block is not null;
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
