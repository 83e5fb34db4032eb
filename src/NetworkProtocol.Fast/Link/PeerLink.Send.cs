using System;
using System.Threading;
using NetworkProtocol.Fast.Memory;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Link;

/// <summary>Send side: many threads queue packets, one at a time drains the queue into socket sends.</summary>
internal sealed partial class PeerLink
{
    // One send carries what waits, up to this: large enough that the system call's cost does not show (0.7 us against
    // 10 us of copying 64 KiB), small enough to stay in the second-level cache.
    private const int GatherBytesMax = 64 << 10;

    private const int GatherBytesMin = 4 << 10;

    // A large packet goes out in pieces, so that a slow but living peer shows progress.
    private const int BlockSendBytesMax = 256 << 10;

    // Synchronous completions in a row before other links of this thread get their turn.
    private const int SendTurnsMax = 16;

    // 0 or 1: whether somebody owns the send side.
    private int sending;

    // The rest is the send side's own.
    private BufferLease gather;
    private QueuedBlock block;
    private int blockSent;
    private Memory<byte> underWay;
    private bool gatherRefused;

    /// <summary>Queues a packet; flush afterwards. Any thread.</summary>
    internal EnqueueStatus TrySend(in PacketHeader header, ReadOnlySpan<byte> name, ReadOnlySpan<byte> payload)
    {
        if (Volatile.Read(ref closeState) != StateOpen)
        {
            return EnqueueStatus.Closed;
        }

        return (uint)payload.Length > settings.SendPayloadBytesMax
            ? EnqueueStatus.TooLarge
            : queue.TryEnqueue(in header, name, payload);
    }

    /// <summary>Queues a packet that stands in a block; on Done the block is the link's. Any thread.</summary>
    internal EnqueueStatus TrySendBlock(BufferLease lease, int offset, int length) =>
        Volatile.Read(ref closeState) != StateOpen
            ? EnqueueStatus.Closed
            : queue.TryEnqueueBlock(lease, offset, length);

    /// <summary>Starts sending what is queued unless somebody is at it. Any thread; the queueing must come
    /// first.</summary>
    internal void Flush()
    {
        // The exchange is the fence between queueing and looking at the sender; a sender that stops does the reverse.
        if (Interlocked.CompareExchange(ref sending, 1, 0) == 0)
        {
            RunSend();
        }
    }

    void ITransportSink.OnSent(TransportResult result)
    {
        if (AfterSend(result))
        {
            RunSend();
        }
    }

    private void RunSend()
    {
        int turns = 0;
        while (true)
        {
            if (IsClosed)
            {
                FinishSend();
                return;
            }

            if (!TryTakeNext(out Memory<byte> bytes))
            {
                if (TryStopSending())
                {
                    return;
                }

                continue;
            }

            if (++turns > SendTurnsMax)
            {
                underWay = bytes;
                QueueWork(WorkSend);
                return;
            }

            long now = runtime.Wheel.NowMs;
            Volatile.Write(ref sendSinceMs, now);
            if (!connection.Send(bytes, out TransportResult result))
            {
                // Somebody else may own the side by now; the timer may be asked by anyone.
                runtime.Wheel.ScheduleNoLater(this, now + SlowLookMs);
                return;
            }

            if (!AfterSend(result))
            {
                return;
            }
        }
    }

    // What to send next: what a turn limit left over, the rest of a block, or a freshly gathered batch.
    private bool TryTakeNext(out Memory<byte> bytes)
    {
        if (!underWay.IsEmpty)
        {
            bytes = underWay;
            underWay = default;
            return true;
        }

        if (block.IsNone)
        {
            if (!TryRentGather())
            {
                bytes = default;
                return false;
            }

            int written = Gather();
            if (written > 0)
            {
                WakeWaiters();
                bytes = gather.Memory[..written];
                return true;
            }

            if (block.IsNone)
            {
                bytes = default;
                return false;
            }

            blockSent = 0;
        }

        bytes = TakePiece();
        return true;
    }

    // Waiting packets into the gather block, as one record if the session has keys. They were set before the first
    // packet that they are for was queued, so whoever has found that packet sees them: the look at the queue must come
    // first, or a packet that was queued between the two would go out as it is.
    private int Gather()
    {
        if (Security is null)
        {
            return queue.Gather(gather.Span, out block, out _);
        }

        Span<byte> record = gather.Span;
        Span<byte> room = record.Slice(RecordLayout.LengthBytes,
            Math.Min(record.Length - RecordLayout.OverheadBytes, RecordLayout.PlaintextBytesMax));
        int bytes = queue.Gather(room, out block, out bool isClear);
        if (bytes == 0)
        {
            return 0;
        }

        if (!isClear && Volatile.Read(ref secure) is { } channel)
        {
            return channel.Seal(room[..bytes], record);
        }

        // The handshake, or the Error that a client hears which opens another session.
        room[..bytes].CopyTo(record);
        return bytes;
    }

    private Memory<byte> TakePiece()
    {
        int left = block.Length - blockSent;
        int piece;
        Memory<byte> bytes;
        if (Volatile.Read(ref secure) is { } channel)
        {
            // Sealed from the block into the gather block: one pass, as a copy would be.
            piece = Math.Min(left,
                Math.Min(gather.Capacity - RecordLayout.OverheadBytes, RecordLayout.PlaintextBytesMax));
            bytes = gather.Memory[..channel.Seal(block.Memory.Span.Slice(blockSent, piece), gather.Span)];
        }
        else
        {
            piece = Math.Min(left, BlockSendBytesMax);
            bytes = block.Memory.Slice(blockSent, piece);
        }

        blockSent += piece;
        return bytes;
    }

    // Returns false when the side has finished.
    private bool AfterSend(TransportResult result)
    {
        if (result.Status != TransportStatus.Ok)
        {
            Close(ReasonOf(result.Status), $"send failed: {result.Error}");
            FinishSend();
            return false;
        }

        Volatile.Write(ref sendSinceMs, 0);
        Volatile.Write(ref lastSentMs, runtime.Wheel.NowMs);
        if (!block.IsNone && blockSent == block.Length)
        {
            queue.BlockDone(in block);
            block = default;
            WakeWaiters();
        }

        return true;
    }

    // Gives the send side up. Returns false when there is more to do after all, and the side is still (or again) ours.
    private bool TryStopSending()
    {
        if (queue.HasCommitted)
        {
            if (!gatherRefused)
            {
                // It came after the look that found nothing.
                return false;
            }

            // Packets wait but no block could be rented: the timer tries again, the side stays owned meanwhile.
            Volatile.Write(ref sendWaitsForMemory, true);
            runtime.Counters.AddMemoryWait();
            runtime.Wheel.ScheduleNoLater(this, runtime.Wheel.NowMs + TimerWheel.TickMs);
            return true;
        }

        ReleaseGather();
        if (!Volatile.Read(ref hot) || runtime.Pool.IsShort)
        {
            queue.DetachIfIdle();
        }

        if (MustShutSend && Interlocked.Exchange(ref sendShut, 1) == 0)
        {
            connection.ShutdownSend();
            long deadline = runtime.Wheel.NowMs + LingerMs;
            Volatile.Write(ref lingerDeadlineMs, deadline);
            runtime.Wheel.ScheduleNoLater(this, deadline);
            CloseIfBothEnded();
        }

        // The exchange is the fence between giving up and looking again; see Flush.
        Interlocked.Exchange(ref sending, 0);
        bool more = queue.HasCommitted || IsClosed || MustShutSend;
        return !more || Interlocked.CompareExchange(ref sending, 1, 0) != 0;
    }

    // All that a lingering link had to send is sent, and the peer does not know it yet.
    private bool MustShutSend =>
        Volatile.Read(ref closeState) == StateLingering && Volatile.Read(ref sendShut) == 0 && queue.IsEmpty;

    // Small blocks for a trickle, large ones for a batch. Under memory pressure whatever can be had.
    private bool TryRentGather()
    {
        int wanted = queue.QueuedBytes + RecordLayout.OverheadBytes <= GatherBytesMin ? GatherBytesMin : GatherBytesMax;
        gatherRefused = false;
        if (!gather.IsNone)
        {
            if (gather.Capacity >= wanted)
            {
                return true;
            }

            ReleaseGather();
        }

        if (!queue.HasCommitted)
        {
            return false;
        }

        for (int bytes = wanted; bytes >= GatherBytesMin; bytes /= 4)
        {
            if (runtime.Pool.TryRentToSend(bytes, out gather))
            {
                return true;
            }

            // A smaller block may be too small for the next packet, so waiting for memory may be all that is left.
            gatherRefused = true;
        }

        return false;
    }

    private void ReleaseGather()
    {
        if (!gather.IsNone)
        {
            gather.Return();
            gather = default;
        }
    }

    private void WakeWaiters()
    {
        // The fence stands between taking packets off the queue and looking for waiters; see Gate.
        Interlocked.MemoryBarrier();
        gate.WakeIfReady();
    }

    // The side stays owned for ever, so this runs once.
    private void FinishSend()
    {
        ReleaseGather();
        if (!block.IsNone)
        {
            queue.BlockDone(in block);
            block = default;
        }

        underWay = default;
        queue.Close();
        Volatile.Read(ref secure)?.EndSealing();
        FinishSide();
    }

    private static CloseReason ReasonOf(TransportStatus status) => status switch
    {
        TransportStatus.PeerGone => CloseReason.ConnectionLost,
        TransportStatus.Aborted => CloseReason.Requested,
        _ => CloseReason.SystemError,
    };
}
