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
    // Synchronous completions in a row before other links of this thread get their turn.
    private const int SendTurnsMax = 16;

    private const int SendIdle = 0;
    private const int SendOwned = 1;
    private const int SendAskedAgain = 2;

    // Whether somebody owns the send side, and whether anybody came meanwhile: then the owner looks again before it
    // gives the side up. Only the owner may look into the queue, since looking skips and frees padding.
    private int sending;

    // The rest is the send side's own.
    private BufferLease gather;
    private QueuedBlock block;
    private int blockSent;
    private Memory<byte> underWay;
    private bool gatherRefused;
    private MemoryWait sendMemory;

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
        if (IsHeldHere)
        {
            // A handler that pushes more than a batch answers must not wait for its own batch to end.
            SendHeld();
        }
        else if (TryOwnSend())
        {
            RunSend();
        }
    }

    // Whether the send side is the caller's now. Each exchange is a fence between queueing and looking at the owner; an
    // owner that looks again does so after an exchange that took the note back.
    private bool TryOwnSend()
    {
        int seen = Interlocked.CompareExchange(ref sending, SendOwned, SendIdle);
        while (seen == SendOwned)
        {
            if (Interlocked.CompareExchange(ref sending, SendAskedAgain, SendOwned) != SendIdle)
            {
                return false;
            }

            seen = Interlocked.CompareExchange(ref sending, SendOwned, SendIdle);
        }

        return seen == SendIdle;
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
            Volatile.Write(ref bytesSent, bytesSent + bytes.Length);
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
            gatherRefused = false;
            if (!queue.HasCommitted || !TryRentGather(queue.QueuedBytes + RecordLayout.OverheadBytes))
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

    // Returns false when the side has finished.
    private bool AfterSend(TransportResult result)
    {
        if (result.Status != TransportStatus.Ok)
        {
            Close(ReasonOf(result.Status), connection.Fault ?? $"send failed: {result.Error}");
            FinishSend();
            return false;
        }

        Volatile.Write(ref sendSinceMs, 0);
        Volatile.Write(ref lastSentMs, runtime.Wheel.NowMs);
        if (!block.IsNone && blockSent == block.Length)
        {
            DropBlock();
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
            long now = runtime.Wheel.NowMs;
            bool isLong = sendMemory.IsLongAt(now);
            Volatile.Write(ref sendWaitsForMemory, true);
            runtime.Counters.AddMemoryWait();
            runtime.Wheel.ScheduleNoLater(this, now + TimerWheel.TickMs);
            if (isLong)
            {
                runtime.RelieveWait();
            }

            return true;
        }

        ReleaseGather();
        if (!Volatile.Read(ref hot) || runtime.Pool.IsShort)
        {
            queue.DetachIfIdle();
        }

        if (!Volatile.Read(ref hot))
        {
            Volatile.Read(ref secure)?.RestSealing();
        }

        if (MustShutSend && Interlocked.Exchange(ref sendShut, 1) == 0)
        {
            connection.ShutdownSend();
            long deadline = runtime.Wheel.NowMs + LingerMs;
            Volatile.Write(ref lingerDeadlineMs, deadline);
            runtime.Wheel.ScheduleNoLater(this, deadline);
            CloseIfBothEnded();
        }

        if (Interlocked.CompareExchange(ref sending, SendIdle, SendOwned) == SendOwned)
        {
            return true;
        }

        Interlocked.Exchange(ref sending, SendOwned);
        return false;
    }

    // All that a lingering link had to send is sent, and the peer does not know it yet.
    private bool MustShutSend =>
        Volatile.Read(ref closeState) == StateLingering && Volatile.Read(ref sendShut) == 0 && queue.IsEmpty;

    private void WakeWaiters()
    {
        // The fence stands between taking packets off the queue and looking for waiters; see Gate.
        Interlocked.MemoryBarrier();
        gate.WakeIfReady();
    }

    private void DropBlock()
    {
        if (!block.IsNone)
        {
            queue.BlockDone(in block);
            block = default;
        }
    }

    // The side stays owned for ever, so this runs once.
    private void FinishSend()
    {
        ReleaseGather();
        DropBlock();
        underWay = default;
        queue.Close();
        Volatile.Read(ref secure)?.EndSealing();
        FinishSide();
    }

    private static CloseReason ReasonOf(TransportStatus status) => status switch
    {
        TransportStatus.PeerGone => CloseReason.ConnectionLost,
        TransportStatus.Aborted => CloseReason.Requested,
        TransportStatus.HandshakeFailed => CloseReason.HandshakeFailed,
        TransportStatus.Untrusted => CloseReason.Untrusted,
        _ => CloseReason.SystemError,
    };
}
