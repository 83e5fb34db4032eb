using System;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;

namespace NetworkProtocol.Fast.Memory;

/// <summary>
/// How entries lie in the memory of a ring; shared by both rings.
/// <code>
/// header, 8 bytes: one word, so that tag and length are committed by one store
///   bit 0..29  data length    bit 30  padding    bit 31  committed    bit 32..63  tag
/// data, then unused bytes up to a multiple of 8
/// </code>
/// A position counts bytes since the ring exists and never wraps (64 bits); its low bits are the offset in the
/// memory, whose size is a power of two. An entry never wraps: when the rest of the memory is too short a padding
/// entry fills it. Since all is a multiple of 8, a rest that is not empty has room for a header.
/// <para>
/// A header of zero is not committed. Free memory is all zeroes: it is cleared when attached, and the consumer clears
/// what it consumed, data and all, before it publishes the head. So bytes that a peer chose never pass for a header.
/// </para>
/// </summary>
internal static class RingLayout
{
    public const int HeaderBytes = 8;
    public const int CapacityBytesMin = 64;
    public const int CapacityBytesMax = 1 << 24;

    private const int LengthMask = (1 << 30) - 1;
    private const long PaddingBit = 1L << 30;
    private const long CommittedBit = 1L << 31;

    /// <summary>
    /// Most data bytes of an entry. With its header it is at most half of the ring, so that in an empty ring it fits
    /// with the padding before it (which is shorter than the entry) wherever the ring stands.
    /// </summary>
    public static int EntryBytesMax(int capacityBytes) => (capacityBytes / 2) - HeaderBytes;

    /// <summary>Bytes an entry with this many data bytes takes.</summary>
    public static int EntryBytes(int dataBytes) => (dataBytes + HeaderBytes + 7) & ~7;

    /// <summary>
    /// Bytes of the padding that goes before an entry at <paramref name="position"/>, 0 when it fits.
    /// </summary>
    public static int PaddingBytes(long position, int entryBytes, int capacityBytes)
    {
        int rest = capacityBytes - OffsetOf(position, capacityBytes);
        return rest >= entryBytes ? 0 : rest;
    }

    public static long AsPadding(long header) => header | PaddingBit;

    public static void CheckCapacity(int capacityBytes)
    {
        if (capacityBytes is < CapacityBytesMin or > CapacityBytesMax || !int.IsPow2(capacityBytes))
        {
            throw new ArgumentOutOfRangeException(
                nameof(capacityBytes), capacityBytes, $"a ring has a power of two of {CapacityBytesMin} bytes or more");
        }
    }

    /// <summary>The status of a claim beyond <see cref="EntryBytesMax"/>; a negative size is a bug.</summary>
    public static RingStatus RefuseSize(int dataBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(dataBytes);
        return RingStatus.TooLarge;
    }

    /// <summary>Rents memory for a ring, all zeroes.</summary>
    public static bool TryRent(BufferPool pool, int capacityBytes, out BufferLease lease)
    {
        if (!pool.TryRentToSend(capacityBytes, out lease))
        {
            return false;
        }

        lease.Span[..capacityBytes].Clear();
        return true;
    }

    /// <summary>Makes the claim of reserved space: the padding first, if there is any, then the entry.</summary>
    public static RingClaim Claim(Span<byte> memory, long position, int paddingBytes, int dataBytes, int tag)
    {
        int offset = OffsetOf(position, memory.Length);
        if (paddingBytes != 0)
        {
            long padding = CommittedBit | PaddingBit | (uint)(paddingBytes - HeaderBytes);
            Volatile.Write(ref HeaderAt(memory, offset), padding);
            offset = 0;
        }

        long header = ((long)tag << 32) | CommittedBit | (uint)dataBytes;
        return new RingClaim(ref HeaderAt(memory, offset), header, memory.Slice(offset + HeaderBytes, dataBytes));
    }

    /// <summary>
    /// Finds the committed entry at the head, past any padding. Consumer only. It looks at the header alone, never
    /// at the producers' tail, so it does not disturb their line.
    /// </summary>
    public static bool TryRead(BufferBlock? block, int capacityBytes, ref long head, out RingEntry entry)
    {
        entry = default;
        if (block is null)
        {
            return false;
        }

        Span<byte> memory = block.Span[..capacityBytes];
        while (true)
        {
            int offset = OffsetOf(head, memory.Length);
            // Acquire: pairs with the release of the commit, so the entry's bytes are there when its header is.
            long header = Volatile.Read(ref HeaderAt(memory, offset));
            if (header == 0)
            {
                return false;
            }

            int dataBytes = (int)header & LengthMask;
            if ((header & PaddingBit) == 0)
            {
                entry = new RingEntry((int)(header >> 32), memory.Slice(offset + HeaderBytes, dataBytes));
                return true;
            }

            Free(memory, ref head, EntryBytes(dataBytes));
        }
    }

    /// <summary>Frees the entry that <see cref="TryRead"/> found. Consumer only.</summary>
    public static void Release(BufferBlock? block, int capacityBytes, ref long head)
    {
        Span<byte> memory = block is null ? default : block.Span[..capacityBytes];
        long header = block is null ? 0 : HeaderAt(memory, OffsetOf(head, capacityBytes));
        if ((header & (CommittedBit | PaddingBit)) != CommittedBit)
        {
            throw new InvalidOperationException("no entry of the ring was read");
        }

        Free(memory, ref head, EntryBytes((int)header & LengthMask));
    }

    /// <summary>Waits until every entry from the head to the tail is committed or abandoned. Consumer only.</summary>
    public static void AwaitCommits(Span<byte> memory, long head, long tail)
    {
        SpinWait spin = default;
        while (head != tail)
        {
            long header = Volatile.Read(ref HeaderAt(memory, OffsetOf(head, memory.Length)));
            if (header == 0)
            {
                spin.SpinOnce(sleep1Threshold: -1);
                continue;
            }

            head += EntryBytes((int)header & LengthMask);
        }
    }

    /// <summary>Bytes between head and tail, bounded because the two are read one after the other.</summary>
    public static int UsedBytes(long head, long tail, int capacityBytes) =>
        (int)long.Clamp(tail - head, 0, capacityBytes);

    private static void Free(Span<byte> memory, ref long head, int entryBytes)
    {
        Debug.Assert(entryBytes % 8 == 0, "an entry is not aligned");
        memory.Slice(OffsetOf(head, memory.Length), entryBytes).Clear();
        // Release: a producer that sees the new head sees the zeroes too, and writes after them.
        Volatile.Write(ref head, head + entryBytes);
    }

    private static int OffsetOf(long position, int capacityBytes) => (int)position & (capacityBytes - 1);

    private static ref long HeaderAt(Span<byte> memory, int offset)
    {
        Debug.Assert(offset % HeaderBytes == 0, "a header is not aligned");
        // SAFETY: the slice checks that all 8 bytes lie in the memory; block memory is aligned and offsets are
        // multiples of 8.
        return ref Unsafe.As<byte, long>(ref MemoryMarshal.GetReference(memory.Slice(offset, HeaderBytes)));
    }
}
