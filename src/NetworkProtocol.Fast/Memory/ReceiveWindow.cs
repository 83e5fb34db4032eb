using System;
using System.Diagnostics;

namespace NetworkProtocol.Fast.Memory;

/// <summary>
/// Bytes received and not yet consumed, in one piece within one leased block. It holds no block while nothing is
/// under way. A mutable value: keep it in one field and never copy it. One thread at a time.
/// <code>
/// 0        start          end         Capacity
/// |consumed|    Unread    |  Writable |
/// </code>
/// </summary>
internal struct ReceiveWindow
{
    // A block this large was rented for one large packet; small ones are not worth a move.
    private const int RoomyBytes = (64 << 10) + BufferClasses.SlackBytes;

    // A block may be this many times as large as what is needed now, before the window moves to a smaller one.
    private const int RoomyFactor = 4;

    private BufferLease lease;
    private int start;
    private int end;

    /// <summary>True while a block is held.</summary>
    public readonly bool HasBlock => !lease.IsNone;

    /// <summary>Bytes of the block held; 0 without one.</summary>
    public readonly int Capacity => HasBlock ? lease.Capacity : 0;

    /// <summary>Bytes received and not consumed.</summary>
    public readonly int UnreadBytes => end - start;

    /// <summary>
    /// Where <see cref="Unread"/> begins in the block, for one who takes the block by <see cref="Detach"/>.
    /// </summary>
    public readonly int UnreadOffset => start;

    /// <summary>Bytes received and not consumed. Writable, because records are opened in place.</summary>
    public readonly Span<byte> Unread => HasBlock ? lease.Span[start..end] : default;

    /// <summary>Where the next bytes go; empty without a block. Call <see cref="Written"/> afterwards.</summary>
    public readonly Memory<byte> Writable => HasBlock ? lease.Memory[end..] : default;

    /// <summary>The first <paramref name="bytes"/> of <see cref="Writable"/> were filled.</summary>
    public void Written(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)bytes, (uint)(Capacity - end), nameof(bytes));
        end += bytes;
        AssertInvariants();
    }

    /// <summary>The first <paramref name="bytes"/> of <see cref="Unread"/> are done with.</summary>
    public void Consume(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)bytes, (uint)UnreadBytes, nameof(bytes));
        start += bytes;
        if (start == end)
        {
            // Nothing to keep, so the whole block is writable again without a move.
            start = end = 0;
        }

        AssertInvariants();
    }

    /// <summary>
    /// Makes room so that the unread bytes and those to come can fill <paramref name="contiguousBytes"/> in one
    /// piece: rents a block, moves the unread bytes to its front or to a larger block. False, with nothing changed,
    /// when the pool refuses. A block far larger than needed (of a large packet that is gone) is exchanged for a
    /// smaller one, so that a trickle of small packets does not hold it.
    /// </summary>
    public bool TryEnsure(BufferPool pool, int contiguousBytes)
    {
        int needed = Math.Max(contiguousBytes, UnreadBytes);
        if (Capacity - start >= needed && HasBlock && !IsRoomy(needed))
        {
            return true;
        }

        return TryEnsureSlow(pool, needed);
    }

    /// <summary>Returns the block and drops what is unread.</summary>
    public void Release() => Detach().Return();

    /// <summary>Hands the block over; the unread bytes lie at what <see cref="UnreadOffset"/> was before.</summary>
    public BufferLease Detach()
    {
        BufferLease detached = lease;
        lease = default;
        start = end = 0;
        return detached;
    }

    private bool TryEnsureSlow(BufferPool pool, int needed)
    {
        bool roomy = IsRoomy(needed);
        if (HasBlock && !roomy && lease.Capacity >= needed)
        {
            Unread.CopyTo(lease.Span);
        }
        else if (pool.TryRent(roomy ? Math.Max(needed, RoomyBytes) : needed, out BufferLease other))
        {
            Unread.CopyTo(other.Span);
            lease.Return();
            lease = other;
        }
        else if (roomy)
        {
            // The smaller block was a courtesy; the large one serves as well.
            Unread.CopyTo(lease.Span);
        }
        else
        {
            return false;
        }

        end -= start;
        start = 0;
        AssertInvariants();
        return true;
    }

    private readonly bool IsRoomy(int needed) =>
        Capacity > RoomyBytes && (long)needed * RoomyFactor < Capacity;

    [Conditional("DEBUG")]
    private readonly void AssertInvariants()
    {
        Debug.Assert(0 <= start && start <= end && end <= Capacity, "the cursors of a receive window are in disorder");
        Debug.Assert(HasBlock || end == 0, "a receive window without a block has bytes");
    }
}
