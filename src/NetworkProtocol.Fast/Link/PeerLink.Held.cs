using System;
using System.Runtime.CompilerServices;
using System.Threading;
using NetworkProtocol.Fast.Memory;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Session;

namespace NetworkProtocol.Fast.Link;

/// <summary>
/// The short way to the socket. While a thread handles a batch of received packets it may hold the send side of a link
/// that nobody is sending on, and write packets into the block that is sent next, once, instead of into the ring and
/// from there into the block. Others queue meanwhile, and the holder sends what they queued behind its own when its
/// batch ends.
/// </summary>
internal sealed partial class PeerLink
{
    // The batch whose thread holds the send side; null while none does. Written by the owner of the send side. Others
    // may read it at any time, since it is never their own batch then.
    private FlushBatch? holder;

    // Bytes of packets in the gather block, behind the room for a record's length if the session is secure.
    private int heldBytes;

    // Bytes that the gather block has room for; 0 without a block.
    private int heldBytesMax;

    // Requests whose replies stand in the gather block.
    private int heldReplies;

    /// <summary>Queues a packet that a batch makes; the batch flushes the link when it ends. The batch's thread
    /// only.</summary>
    internal EnqueueStatus TrySendInBatch(
        in PacketHeader header, ReadOnlySpan<byte> name, ReadOnlySpan<byte> payload, FlushBatch flush)
    {
        int bytes = PacketHeader.BytesCount + name.Length + payload.Length;
        if (bytes <= SendQueue.InlineBytesMax && IsOpen && (uint)payload.Length <= settings.SendPayloadBytesMax
            && (ReferenceEquals(holder, flush) ? HasHeldRoom(bytes) || TryMakeHeldRoom(bytes) : TryHold(flush, bytes)))
        {
            SendQueue.WritePacket(gather.Span[(HeldOffset + heldBytes)..], in header, name, payload);
            heldBytes += bytes;
            Volatile.Write(ref packetsHeld, packetsHeld + 1);
            return EnqueueStatus.Done;
        }

        flush.Add(this);
        return TrySend(in header, name, payload);
    }

    /// <summary>A request taken earlier has its reply queued by this batch: it counts as ended when the batch ends, if
    /// the batch holds the send side. The batch's thread only.</summary>
    internal void RequestEnded(FlushBatch flush)
    {
        if (ReferenceEquals(holder, flush))
        {
            heldReplies++;
        }
        else
        {
            RequestsEnded(1);
        }
    }

    /// <summary>A batch that noted the link ends: sends what it wrote, and what is queued.</summary>
    internal void EndBatch(FlushBatch flush)
    {
        if (ReferenceEquals(holder, flush))
        {
            SendHeld();
        }
        else
        {
            Flush();
        }
    }

    // Whether the send side is held by a batch of this very thread, which then may end the hold. A batch never changes
    // its thread, so whatever is read of another one's hold, it is not taken for an own one.
    private bool IsHeldHere => holder is { } batch && batch.ThreadId == Environment.CurrentManagedThreadId;

    private int HeldOffset => Security is null ? 0 : RecordLayout.LengthBytes;

    // A batch that has queued a packet, a large one for instance, queues those behind it, too, so that they stay in
    // order.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool HasHeldRoom(int bytes) => heldBytes + bytes <= heldBytesMax && queue.IsEmpty;

    private bool TryHold(FlushBatch flush, int bytes)
    {
        if (!queue.IsEmpty || (Security is not null && secure is null))
        {
            return false;
        }

        // Noted before it is held: a batch that is full ends all its holds.
        flush.Add(this);
        if (!TryOwnSend())
        {
            return false;
        }

        heldBytes = 0;
        heldBytesMax = 0;
        holder = flush;
        if (!TryRentGather(Math.Max(bytes, flush.ExpectedBytes) + RecordLayout.OverheadBytes))
        {
            return false;
        }

        NoteHeldRoom();
        return HasHeldRoom(bytes) || TryMakeHeldRoom(bytes);
    }

    private void NoteHeldRoom() => heldBytesMax = Security is null
        ? gather.Capacity
        : Math.Min(gather.Capacity - RecordLayout.OverheadBytes, RecordLayout.PlaintextBytesMax);

    // A larger block, or the same one after it was sent.
    private bool TryMakeHeldRoom(int bytes)
    {
        if (!queue.IsEmpty || heldBytesMax == 0)
        {
            return false;
        }

        if (gather.Capacity < GatherBytesMax && runtime.Pool.TryRentToSend(GatherBytesMax, out BufferLease larger))
        {
            gather.Span[..(HeldOffset + heldBytes)].CopyTo(larger.Span);
            gather.Return();
            gather = larger;
            NoteHeldRoom();
            return HasHeldRoom(bytes);
        }

        if (heldBytes == 0)
        {
            return false;
        }

        FlushBatch batch = holder!;
        SendHeld();
        return TryHold(batch, bytes);
    }

    private void SendHeld()
    {
        int bytes = heldBytes;
        int replies = heldReplies;
        heldBytes = 0;
        heldReplies = 0;
        holder = null;
        if (bytes > 0)
        {
            underWay = gather.Memory[..(Security is null
                ? bytes
                : secure!.Seal(gather.Span.Slice(HeldOffset, bytes), gather.Span))];
        }

        if (replies > 0)
        {
            RequestsEnded(replies);
        }

        RunSend();
    }
}
