using System;
using System.Threading;
using NetworkProtocol.Fast.Memory;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Link;

/// <summary>Receive side: bytes into the window, packets out of it, one thread at a time.</summary>
internal sealed partial class PeerLink
{
    // A cold link reads into a small block, a busy one into a large one: a system call costs about 0.5 us, so 64 KiB
    // of small packets make its share vanish.
    private const int ReceiveBytesMin = 4 << 10;
    private const int ReceiveBytesMax = 64 << 10;

    // A packet's header and the longest name.
    private const int HeadBytes = PacketHeader.BytesCount + byte.MaxValue;

    // Batches in a row before other links of this thread get their turn.
    private const int ReceiveTurnsMax = 16;

    // A link that receives again so soon after a packet of its applications is hot: it keeps its window and ring
    // between packets. Pings and pongs do not count, or two idle ends would keep each other hot with them for ever.
    private const long HotWindowMs = 500;

    private ReceiveWindow window;
    private int receiveBytes = ReceiveBytesMin;

    // Bytes that the next packet needs in one piece; 0 or the header's size when that is not known yet.
    private int neededBytes;

    // Bytes still to come of a packet that is dropped unseen.
    private long skipBytes;
    private bool waitingForReadable;
    private bool readable;
    private bool packetDetached;
    private int packetBytesInHand;
    private bool hot;
    private bool trafficSeen;
    private long lastTrafficMs = long.MinValue / 2;
    private long memoryWaitSinceMs;
    private MemoryWait receiveMemory;

    void ITransportSink.OnReceived(TransportResult result)
    {
        if (AfterReceive(result))
        {
            RunReceive();
        }
    }

    // The outer loop: owns errors, pauses and the end. Returns when an operation is under way, or the side is parked,
    // handed to the pool or finished; after each of these another thread may own the side, so nothing is touched.
    private void RunReceive()
    {
        int turns = 0;
        while (true)
        {
            if (IsClosed)
            {
                FinishReceive();
                return;
            }

            Gate? waited = waitedAt;
            if (waited is not null)
            {
                Volatile.Write(ref waitedAt, null);
                Volatile.Write(ref parkedUntilMs, 0);
            }

            FlushBatch flush = FlushBatch.Enter(UnhandledBytes, this);
            Gate? wait = HandleWindow(flush);
            sink.OnBatchEnd();
            flush.Leave();

            // The places that this link was woken for and did not take.
            waited?.WakeIfReady();
            if (wait is not null)
            {
                ParkAt(wait);
                return;
            }

            if (IsClosed)
            {
                continue;
            }

            if (Volatile.Read(ref endOfStream) != 0)
            {
                ParkAlone();
                return;
            }

            if (!TryPrepareReceive(out Memory<byte> buffer))
            {
                if (GaveUpWaitingForMemory())
                {
                    continue;
                }

                ParkForMemory();
                return;
            }

            if (++turns > ReceiveTurnsMax)
            {
                QueueWork(WorkReceive);
                return;
            }

            if (!connection.Receive(buffer, out TransportResult result) || !AfterReceive(result))
            {
                return;
            }
        }
    }

    // Returns false when the side must not go on.
    private bool AfterReceive(TransportResult result)
    {
        if (result.Status != TransportStatus.Ok)
        {
            if (result.Status != TransportStatus.PeerGone || !TryFailHandshake())
            {
                Close(ReasonOf(result.Status), connection.Fault ?? $"receive failed: {result.Error}");
            }

            FinishReceive();
            return false;
        }

        if (waitingForReadable)
        {
            waitingForReadable = false;
            readable = true;
            return true;
        }

        if (result.Bytes == 0)
        {
            HandleEndOfStream();
            return true;
        }

        NoteReceived(result.Bytes);
        return true;
    }

    private void NoteReceived(int bytes)
    {
        ref ReceiveWindow target = ref secure is null ? ref window : ref secure.Incoming;
        bool filled = bytes == target.Writable.Length;
        target.Written(bytes);
        Volatile.Write(ref bytesReceived, bytesReceived + bytes);
        Volatile.Write(ref partialBytes, UnhandledBytes);
        if (filled)
        {
            receiveBytes = ReceiveBytesMax;
        }

        long now = runtime.Wheel.NowMs;
        bool wasHot = hot;
        if (trafficSeen)
        {
            trafficSeen = false;
            lastTrafficMs = lastReceivedMs;
        }

        Volatile.Write(ref hot, now - lastTrafficMs <= HotWindowMs);
        Volatile.Write(ref lastReceivedMs, now);
        if (hot != wasHot)
        {
            if (hot)
            {
                runtime.Wheel.ScheduleNoLater(this, now + CoolDownMs);
            }
            else
            {
                receiveBytes = ReceiveBytesMin;
            }
        }
    }

    private void HandleEndOfStream()
    {
        bool truncated = UnhandledBytes > 0 || skipBytes > 0;
        Interlocked.Exchange(ref endOfStream, 1);
        if (TryFailHandshake())
        {
            return;
        }

        if (truncated && IsOpen)
        {
            Close(secure is null ? CloseReason.ConnectionLost : CloseReason.Truncated, secure is null
                ? "the stream ended in the middle of a packet"
                : "the stream ended in the middle of a record or packet, so somebody may have cut it");
        }
        else if (Volatile.Read(ref closeState) == StateLingering)
        {
            CloseIfBothEnded();
        }
        else if (secure is not null && Volatile.Read(ref peerDisconnected) == 0)
        {
            Close(CloseReason.Truncated, "the stream ended without a Disconnect, so somebody may have cut it");
        }
        else if (role == LinkRole.Initiating || !established)
        {
            Close(established ? CloseReason.PeerClosed : CloseReason.ConnectionLost,
                established ? string.Empty : "the peer closed before its hello");
        }
        else if (RequestsInFlight == 0)
        {
            // A half-closed client still gets the replies that are under way; RequestEnded does the rest.
            CloseAfterFlush(CloseReason.PeerClosed, string.Empty);
        }
    }

    // Where the next bytes go: nowhere for a cold idle link, the window for others. False: no memory now.
    private bool TryPrepareReceive(out Memory<byte> buffer)
    {
        buffer = default;
        if (openingWaits)
        {
            openingWaits = false;
            return false;
        }

        if (UnhandledBytes == 0 && !readable && (!hot || runtime.Pool.IsShort))
        {
            window.Release();
            if (hot)
            {
                secure?.Incoming.Release();
            }
            else
            {
                secure?.RestOpening();
            }

            waitingForReadable = true;
            return true;
        }

        if (secure is not null)
        {
            return TryPrepareRecord(out buffer);
        }

        readable = false;
        waitingForReadable = false;
        bool large = neededBytes > ReceiveBytesMax;
        int wanted = Math.Max(neededBytes, large ? 0 : receiveBytes);
        if (!window.TryEnsure(runtime.Pool, wanted)
            && !(wanted != neededBytes && window.TryEnsure(runtime.Pool, Math.Max(neededBytes, ReceiveBytesMin))))
        {
            return false;
        }

        memoryWaitSinceMs = 0;
        buffer = window.Writable;
        if (neededBytes > SendQueue.InlineBytesMax)
        {
            // Not a byte of the next packet, so that this one has the block to itself and can be handed on.
            buffer = buffer[..Math.Min(buffer.Length, neededBytes - window.UnreadBytes)];
        }
        else if (neededBytes <= PacketHeader.BytesCount && packetBytesInHand > SendQueue.InlineBytesMax)
        {
            // Large packets come in rows, so the next one, of unknown size, is expected to be like the last. Of one
            // that the block is too small for, only the beginning: the rest goes where it can stay.
            int expected = packetBytesInHand <= window.Capacity ? packetBytesInHand : HeadBytes;
            buffer = buffer[..Math.Clamp(expected - window.UnreadBytes, 1, buffer.Length)];
        }

        return true;
    }

    private void FinishReceive()
    {
        window.Release();
        secure?.EndOpening();
        handshake?.Abandon();
        waitedAt?.GaveUp();
        FinishSide();
    }
}
