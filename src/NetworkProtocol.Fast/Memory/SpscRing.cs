using System;
using System.Runtime.CompilerServices;
using System.Threading;

namespace NetworkProtocol.Fast.Memory;

/// <summary>
/// Bounded ring of variable-length entries for one producer and one consumer, without any interlocked operation.
/// Entries are laid out as in <see cref="MpscRing"/>. The first claim attaches a block of the pool, which stays until
/// <see cref="Dispose"/>: to detach or close under a running producer takes the shared word of <see
/// cref="MpscRing"/>.
/// </summary>
internal sealed class SpscRing : IDisposable
{
    private readonly BufferPool pool;
    private readonly int capacityBytes;

    // Written once by the producer, read by the consumer.
    private BufferBlock? block;

    // Position: written by the producer. Companion: the producer's last view of the head.
    private PaddedCursor tail;

    // Position: written by the consumer.
    private PaddedCursor head;

    /// <summary>
    /// Makes a ring without memory. <paramref name="capacityBytes"/>: a power of two from 64 B to 16 MiB.
    /// </summary>
    public SpscRing(BufferPool pool, int capacityBytes)
    {
        RingLayout.CheckCapacity(capacityBytes);
        this.pool = pool;
        this.capacityBytes = capacityBytes;
    }

    /// <inheritdoc cref="MpscRing.CapacityBytes"/>
    public int CapacityBytes => capacityBytes;

    /// <inheritdoc cref="MpscRing.EntryBytesMax"/>
    public int EntryBytesMax => RingLayout.EntryBytesMax(capacityBytes);

    /// <inheritdoc cref="MpscRing.UsedBytes"/>
    public int UsedBytes
    {
        get
        {
            long from = Volatile.Read(ref head.Position);
            return RingLayout.UsedBytes(from, Volatile.Read(ref tail.Position), capacityBytes);
        }
    }

    /// <inheritdoc cref="MpscRing.IsEmpty"/>
    public bool IsEmpty
    {
        get
        {
            long from = Volatile.Read(ref head.Position);
            return Volatile.Read(ref tail.Position) == from;
        }
    }

    /// <summary>Claims space for an entry. Producer only; otherwise as in <see cref="MpscRing.TryClaim"/>.</summary>
    public RingStatus TryClaim(int bytes, int tag, out RingClaim claim)
    {
        claim = default;
        if ((uint)bytes > (uint)EntryBytesMax)
        {
            return RingLayout.RefuseSize(bytes);
        }

        if (block is null && !TryAttach())
        {
            return RingStatus.NoMemory;
        }

        long position = tail.Position;
        int entryBytes = RingLayout.EntryBytes(bytes);
        int paddingBytes = RingLayout.PaddingBytes(position, entryBytes, capacityBytes);
        long next = position + paddingBytes + entryBytes;
        if (next - tail.Companion > capacityBytes)
        {
            // Acquire: pairs with the consumer's release of the head, so the space is zeroed before it is written.
            tail.Companion = Volatile.Read(ref head.Position);
            if (next - tail.Companion > capacityBytes)
            {
                return RingStatus.Full;
            }
        }

        Volatile.Write(ref tail.Position, next);
        claim = RingLayout.Claim(MemoryOf(block!), position, paddingBytes, bytes, tag);
        return RingStatus.Done;
    }

    /// <inheritdoc cref="MpscRing.TryRead"/>
    // Acquire: the zeroes that the attaching producer wrote are seen with the block.
    public bool TryRead(out RingEntry entry) =>
        RingLayout.TryRead(Volatile.Read(ref block), capacityBytes, ref head.Position, out entry);

    /// <inheritdoc cref="MpscRing.Release"/>
    public void Release() => RingLayout.Release(block, capacityBytes, ref head.Position);

    /// <summary>
    /// Gives the memory back, with the entries left. Only when producer and consumer have both ended.
    /// </summary>
    public void Dispose()
    {
        if (block is null)
        {
            return;
        }

        pool.Adopt(block.Id).Return();
        block = null;
        tail = default;
        head = default;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryAttach()
    {
        if (!RingLayout.TryRent(pool, capacityBytes, out BufferLease lease))
        {
            return false;
        }

        // Release: the consumer sees the zeroes with the block.
        Volatile.Write(ref block, lease.Block);
        return true;
    }

    private Span<byte> MemoryOf(BufferBlock attached) => attached.Span[..capacityBytes];
}
