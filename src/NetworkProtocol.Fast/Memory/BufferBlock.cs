using System;
using System.Buffers;
using System.Diagnostics;
using System.Threading;

namespace NetworkProtocol.Fast.Memory;

/// <summary>
/// A pooled block of unmanaged memory, aligned to a cache line. There is one object for a block for as long as its
/// pool lives; the memory behind it may be given back while the block is free. Whoever holds the block's
/// <see cref="BufferLease"/> owns its content; the fields here are the pool's.
/// </summary>
internal sealed unsafe class BufferBlock : MemoryManager<byte>
{
    private readonly BufferPool pool;
    private byte* memory;
    private int length;

    // Odd while leased, even while free; grows by one at every rent and return, so it is the generation of a lease
    // and (halved) the count of rents. Written by the owner at rent, by compare-and-swap at return. 64 bits never
    // wrap.
    private long state;

    // Link of the free list (id + 1, 0 ends it). Written by the block's owner before it publishes the block on the
    // list.
    private int nextFree;

    public BufferBlock(BufferPool pool, BufferSlab slab, int id, int classIndex)
    {
        this.pool = pool;
        Slab = slab;
        Id = id;
        ClassIndex = classIndex;
        Capacity = BufferClasses.BlockBytes(classIndex);
    }

    /// <summary>Names the block within its pool.</summary>
    public int Id { get; }

    /// <summary>Bytes of the block.</summary>
    public int Capacity { get; }

    /// <summary>The whole block; empty when its memory was given back.</summary>
    // SAFETY: memory and length are set together while the block is free and owned by the pool; a lease keeps both.
    public Span<byte> Span => new(memory, length);

    internal int ClassIndex { get; }

    internal BufferSlab Slab { get; }

    internal bool HasMemory => memory != null;

    internal bool IsLeased => (Generation & 1) != 0;

    internal long Generation => Volatile.Read(ref state);

    internal int NextFree
    {
        get => Volatile.Read(ref nextFree);
        set => Volatile.Write(ref nextFree, value);
    }

    /// <summary>Who rented the block last, in DEBUG builds; empty in Release.</summary>
    internal string Holder { get; private set; } = "";

    public override Span<byte> GetSpan()
    {
        Debug.Assert(IsLeased, "memory of a block that is not leased");
        return Span;
    }

    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)length);
        // SAFETY: unmanaged memory does not move, so nothing is pinned; the index lies within the block.
        return new MemoryHandle(memory + elementIndex);
    }

    public override void Unpin()
    {
    }

    /// <summary>The caller took the block from the free list and is its only owner.</summary>
    internal BufferLease Lease(string holderName)
    {
        long generation = state + 1;
        Debug.Assert((generation & 1) != 0, "the block is leased already");
#if DEBUG
        Holder = holderName;
#endif
        Volatile.Write(ref state, generation);
        return new BufferLease(this, generation);
    }

    internal void Return(long generation)
    {
        // The swap fails for every lease but the current one, so a block never gets on the free list twice.
        if (Interlocked.CompareExchange(ref state, generation + 1, generation) == generation)
        {
            pool.Return(this);
        }
        else
        {
            pool.RefuseReturn();
        }
    }

    // SAFETY: the pool calls this for a free block with memory of Capacity bytes, or zero to take the memory away.
    internal void Place(nint address)
    {
        Debug.Assert(!IsLeased, "memory of a leased block is changed");
        memory = (byte*)address;
        length = address == 0 ? 0 : Capacity;
    }

    protected override void Dispose(bool disposing)
    {
        // The pool owns the memory; a consumer of Memory<byte> has nothing to dispose.
    }

    protected override bool TryGetArray(out ArraySegment<byte> segment)
    {
        segment = default;
        return false;
    }
}
