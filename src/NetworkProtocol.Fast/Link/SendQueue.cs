using System;
using System.Buffers.Binary;
using System.Numerics;
using System.Threading;
using NetworkProtocol.Fast.Memory;
using NetworkProtocol.Fast.Packets;

namespace NetworkProtocol.Fast.Link;

/// <summary>
/// What waits to be sent to one peer. Many producers, one consumer. Small packets are copied into a ring; a
/// large packet, or one that comes when the ring is nearly full, stands in a block of its own and the ring carries
/// only the block's id. Both are bounded: the ring by its capacity, the blocks by <c>limitBytes</c> and by the pool.
/// </summary>
internal sealed partial class SendQueue
{
    /// <summary>Packets above this are not copied into a ring: 32 KiB, half of a gather block.</summary>
    internal const int InlineBytesMax = 32 << 10;

    private const int TagPacket = 1;
    private const int TagBlock = 2;

    // Bytes that a secure session sends as they are: its handshake.
    private const int TagClear = 3;

    // int id, int offset, int length.
    private const int BlockEntryBytes = 12;

    // With the ring's header, aligned.
    private const int EntryBytes = 24;

    // Of the ring's eighths, those that only entries of blocks may take.
    private const int EntryRoomEighths = 3;

    private const long RingBytesMax = 16 << 20;

    private readonly BufferPool pool;
    private readonly MpscRing ring;
    private readonly long highBytes;
    private readonly long limitBytes;
    private readonly int inlineMax;

    // Packets are copied into the ring up to here. The rest, three eighths, is for block entries of 24 bytes with
    // their headers: 1,024 of them in a ring of 64 KiB, so that the replies to all that a peer may have in flight by
    // default find room, whatever stalls its reading for a moment.
    private readonly int packetRoom;

    // Bytes of the blocks that packets stand in: whole blocks, because that is what they keep from others. Added by
    // producers, taken off by the consumer.
    private long blockBytes;

    internal SendQueue(BufferPool pool, int ringBytes, long highBytes, long limitBytes)
    {
        this.pool = pool;
        this.highBytes = highBytes;
        this.limitBytes = limitBytes;
        ring = new MpscRing(pool, ringBytes);
        packetRoom = ringBytes / 8 * (8 - EntryRoomEighths);

        // An eighth of the ring at most, so that one entry never takes the queue from low to full.
        inlineMax = Math.Min(InlineBytesMax, ringBytes / 8);
    }

    /// <summary>The ring that is asked for, or a larger one that the entries of all replies find room in.</summary>
    internal static int RingBytesFor(int ringBytes, int requestsInFlightMax)
    {
        long entriesBytes = (long)requestsInFlightMax * EntryBytes;
        long needed = (entriesBytes + EntryRoomEighths - 1) / EntryRoomEighths * 8;
        return (int)Math.Min(RingBytesMax, Math.Max(ringBytes, (long)BitOperations.RoundUpToPowerOf2((ulong)needed)));
    }

    internal long QueuedBytes => ring.UsedBytes + Volatile.Read(ref blockBytes);

    /// <summary>Whether producers should pause.</summary>
    internal bool IsHigh => ring.UsedBytes > ring.CapacityBytes / 2 || !AreBlocksBelow(highBytes);

    /// <summary>Whether paused producers may go on. Never true while <see cref="IsHigh"/> is.</summary>
    internal bool IsLow => ring.UsedBytes <= ring.CapacityBytes / 4 && AreBlocksBelow(highBytes / 2);

    internal bool IsEmpty => ring.IsEmpty;

    /// <summary>Copies a packet into the queue. Any thread.</summary>
    internal EnqueueStatus TryEnqueue(in PacketHeader header, ReadOnlySpan<byte> name, ReadOnlySpan<byte> payload)
    {
        int bytes = PacketHeader.BytesCount + name.Length + payload.Length;

        if (bytes <= inlineMax && ring.UsedBytes + bytes <= packetRoom)
        {
            RingStatus status = ring.TryClaim(bytes, TagPacket, out RingClaim claim);
            if (status == RingStatus.Done)
            {
                WritePacket(claim.Span, in header, name, payload);
                claim.Commit();
                return EnqueueStatus.Done;
            }

            if (status == RingStatus.Closed)
            {
                return EnqueueStatus.Closed;
            }
        }

        return TryEnqueueCopySlow(in header, name, payload, bytes);
    }

    /// <summary>Copies bytes that no session may seal into the queue: a handshake comes before its keys.</summary>
    internal EnqueueStatus TryEnqueueClear(ReadOnlySpan<byte> bytes)
    {
        RingStatus status = ring.TryClaim(bytes.Length, TagClear, out RingClaim claim);
        if (status != RingStatus.Done)
        {
            return status == RingStatus.Closed ? EnqueueStatus.Closed : EnqueueStatus.NoMemory;
        }

        bytes.CopyTo(claim.Span);
        claim.Commit();
        return EnqueueStatus.Done;
    }

    /// <summary>Copies bytes that are a whole packet, or the opening, into the queue. Any thread.</summary>
    internal EnqueueStatus TryEnqueueRaw(ReadOnlySpan<byte> bytes)
    {
        if (ring.UsedBytes + bytes.Length <= packetRoom)
        {
            RingStatus status = ring.TryClaim(bytes.Length, TagPacket, out RingClaim claim);
            if (status == RingStatus.Done)
            {
                bytes.CopyTo(claim.Span);
                claim.Commit();
                return EnqueueStatus.Done;
            }
        }

        EnqueueStatus rented = TryRentCopy(bytes.Length, out BufferLease lease);
        if (rented != EnqueueStatus.Done)
        {
            return rented;
        }

        bytes.CopyTo(lease.Span);
        return EnqueueCopy(lease, bytes.Length);
    }

    /// <summary>Queues a packet that stands in a block; on Done the block is the queue's. Any thread.</summary>
    internal EnqueueStatus TryEnqueueBlock(BufferLease lease, int offset, int length)
    {
        // A packet larger than the limit passes when nothing else waits, else it could never be sent.
        int held = lease.Capacity;
        long queued = Interlocked.Add(ref blockBytes, held);
        if (queued > limitBytes && queued != held)
        {
            Interlocked.Add(ref blockBytes, -held);
            return EnqueueStatus.Full;
        }

        RingStatus status = ring.TryClaim(BlockEntryBytes, TagBlock, out RingClaim claim);
        if (status != RingStatus.Done)
        {
            Interlocked.Add(ref blockBytes, -held);
            return status switch
            {
                RingStatus.Closed => EnqueueStatus.Closed,
                RingStatus.NoMemory => EnqueueStatus.NoMemory,
                _ => EnqueueStatus.Full,
            };
        }

        Span<byte> entry = claim.Span;
        BinaryPrimitives.WriteInt32LittleEndian(entry, lease.Id);
        BinaryPrimitives.WriteInt32LittleEndian(entry[4..], offset);
        BinaryPrimitives.WriteInt32LittleEndian(entry[8..], length);
        claim.Commit();
        return EnqueueStatus.Done;
    }

    /// <summary>Writes a packet where it fits.</summary>
    internal static void WritePacket(
        Span<byte> destination, in PacketHeader header, ReadOnlySpan<byte> name, ReadOnlySpan<byte> payload)
    {
        PacketHeader whole = header with { NameLength = (byte)name.Length, PayloadLength = (uint)payload.Length };
        whole.Write(destination);
        if (!name.IsEmpty)
        {
            name.CopyTo(destination[PacketHeader.BytesCount..]);
        }

        payload.CopyTo(destination[(PacketHeader.BytesCount + name.Length)..]);
    }

    // While the pool is short a queue may hold a quarter of what it may otherwise: what is left is for those whose
    // queues are being read.
    private bool AreBlocksBelow(long bytes)
    {
        long queued = Volatile.Read(ref blockBytes);
        return queued <= bytes / 4 || (queued <= bytes && !pool.IsShort);
    }

    private EnqueueStatus TryEnqueueCopySlow(
        in PacketHeader header, ReadOnlySpan<byte> name, ReadOnlySpan<byte> payload, int bytes)
    {
        EnqueueStatus rented = TryRentCopy(bytes, out BufferLease lease);
        if (rented != EnqueueStatus.Done)
        {
            return rented;
        }

        WritePacket(lease.Span, in header, name, payload);
        return EnqueueCopy(lease, bytes);
    }

    private EnqueueStatus TryRentCopy(int bytes, out BufferLease lease)
    {
        long queued = Volatile.Read(ref blockBytes);
        if (queued != 0 && queued + bytes > limitBytes)
        {
            lease = default;
            return EnqueueStatus.Full;
        }

        return pool.TryRentToSend(bytes, out lease) ? EnqueueStatus.Done : EnqueueStatus.NoMemory;
    }

    private EnqueueStatus EnqueueCopy(BufferLease lease, int bytes)
    {
        EnqueueStatus status = TryEnqueueBlock(lease, 0, bytes);
        if (status != EnqueueStatus.Done)
        {
            lease.Return();
        }

        return status;
    }
}
