using System;
using System.Buffers;
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

    // Batches in a row before other links of this thread get their turn.
    private const int ReceiveTurnsMax = 16;

    // A link that receives again so soon after a packet of its applications is hot: it keeps its window and ring between
    // packets. Pings and pongs do not count, or two idle ends would keep each other hot with them for ever.
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

    // 1 while the receive side belongs to nobody; whoever takes it to 0 goes on with it.
    private int parked;
    private bool parkedForMemory;

    IGateWaiter? IGateWaiter.NextWaiter { get; set; }

    /// <summary>Lets a parked receive side go on, on a pool thread. Any thread, any number of times.</summary>
    public void Resume()
    {
        if (Volatile.Read(ref parked) != 0 && Interlocked.CompareExchange(ref parked, 0, 1) == 1)
        {
            QueueWork(WorkReceive);
        }
    }

    /// <summary>
    /// Hands over the block of the packet that the sink is looking at, so that a large packet travels on without a copy.
    /// To be called from <see cref="ILinkSink.OnPacket"/> only. The packet then counts as handled, and the view of it is
    /// valid only until the block is passed on or returned.
    /// </summary>
    /// <returns>False when the packet is small or shares its block with others.</returns>
    internal bool TryDetachPacket(out BufferLease lease, out int offset)
    {
        if (packetBytesInHand <= SendQueue.InlineBytesMax || window.UnreadBytes != packetBytesInHand)
        {
            lease = default;
            offset = 0;
            return false;
        }

        offset = window.UnreadOffset;
        lease = window.Detach();
        packetDetached = true;
        return true;
    }

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

            FlushBatch flush = FlushBatch.Enter();
            Gate? wait = HandleWindow(flush);
            flush.Leave();
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

    // The inner loop: owns bytes. Returns the gate to wait at, or null when more bytes are needed.
    private Gate? HandleWindow(FlushBatch flush)
    {
        bool progress = false;
        while (true)
        {
            if (Volatile.Read(ref closeState) != StateOpen)
            {
                window.Consume(window.UnreadBytes);
                neededBytes = 0;
                return null;
            }

            ReadOnlySpan<byte> unread = window.Unread;
            if (skipBytes > 0)
            {
                int skipped = (int)Math.Min(skipBytes, unread.Length);
                window.Consume(skipped);
                skipBytes -= skipped;
                unread = window.Unread;
            }

            if (unread.IsEmpty)
            {
                neededBytes = 0;
                Volatile.Write(ref partialSinceMs, 0);
                return null;
            }

            if (!opened)
            {
                if (!TryOpen(unread, flush))
                {
                    return null;
                }

                continue;
            }

            OperationStatus status = PacketFramer.Read(unread, (uint)options.PayloadBytesMax, out PacketView packet,
                out int packetBytes, out PacketFault fault);
            if (status == OperationStatus.NeedMoreData)
            {
                neededBytes = packetBytes;
                NotePartial(progress);
                return null;
            }

            if (status != OperationStatus.Done)
            {
                FailPeer(in fault, flush);
                continue;
            }

            progress = true;
            packetBytesInHand = packetBytes;
            Gate? wait = HandlePacket(in packet, flush);
            if (wait is not null)
            {
                return wait;
            }

            if (packetDetached)
            {
                packetDetached = false;
                receiveBytes = ReceiveBytesMax;
            }
            else
            {
                window.Consume(packetBytes);
            }
        }
    }

    // The window ends within a packet; the time it may take to come runs from its first byte.
    private void NotePartial(bool isNew)
    {
        if (isNew || partialSinceMs == 0)
        {
            Volatile.Write(ref partialSinceMs, runtime.Wheel.NowMs);
        }
    }

    private Gate? HandlePacket(in PacketView packet, FlushBatch flush)
    {
        if (!established)
        {
            HandleHello(in packet, flush);
            return null;
        }

        switch (packet.Header.Type)
        {
            case PacketType.Hello:
                FailPeer(PacketFault.Malformed("a second hello"), flush);
                return null;
            case PacketType.Ping when MustWaitToAnswer(in packet):
                return gate;
            case PacketType.Ping:
                AnswerPing(in packet, flush);
                return null;
            case PacketType.Pong when packet.Header.Correlation == 0:
                return null;
            case PacketType.Disconnect:
                HandleDisconnect(in packet);
                return null;
            case PacketType.Error when packet.Header.Correlation == 0:
                HandleConnectionError(in packet);
                return null;
            default:
                trafficSeen = true;
                return MustWaitToAnswer(in packet) ? gate : sink.OnPacket(this, in packet, flush);
        }
    }

    // A peer that does not read its replies, or has enough unanswered requests, is not read either. One-way packets that
    // an asynchronous handler works on count as such requests, each holds a block. Replies never wait: if they did, two
    // relays whose queues to each other are full would never read again.
    private bool MustWaitToAnswer(in PacketView packet) =>
        role == LinkRole.Accepting
        && !packet.Header.IsReply
        && (RequestsInFlight >= Volatile.Read(ref requestWindow) || (packet.Header.WantsReply && queue.IsHigh));

    // Returns false when the side must not go on.
    private bool AfterReceive(TransportResult result)
    {
        if (result.Status != TransportStatus.Ok)
        {
            Close(ReasonOf(result.Status), $"receive failed: {result.Error}");
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
        bool filled = bytes == window.Writable.Length;
        window.Written(bytes);
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
        bool truncated = window.UnreadBytes > 0 || skipBytes > 0;
        Interlocked.Exchange(ref endOfStream, 1);
        if (truncated && IsOpen)
        {
            Close(CloseReason.ConnectionLost, "the stream ended in the middle of a packet");
        }
        else if (Volatile.Read(ref closeState) == StateLingering)
        {
            CloseIfBothEnded();
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
        if (window.UnreadBytes == 0 && !hot && !readable)
        {
            window.Release();
            waitingForReadable = true;
            return true;
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

        return true;
    }

    private void ParkAt(Gate wait)
    {
        runtime.Counters.AddPause();
        bool atOwnGate = ReferenceEquals(wait, gate);
        Interlocked.Exchange(ref parked, 1);
        wait.Add(this);
        if (atOwnGate)
        {
            runtime.Wheel.ScheduleNoLater(this, runtime.Wheel.NowMs + TimerWheel.TickMs);
        }

        ResumeIfNotOpen();
    }

    // Half-closed: nothing more can come, only the end of the link goes on from here.
    private void ParkAlone()
    {
        Interlocked.Exchange(ref parked, 1);
        ResumeIfClosed();
    }

    private void ParkForMemory()
    {
        long now = runtime.Wheel.NowMs;
        runtime.Counters.AddMemoryWait();
        if (memoryWaitSinceMs == 0)
        {
            memoryWaitSinceMs = now;
        }
        else if (now - memoryWaitSinceMs >= (long)options.MemoryWaitTimeout.TotalMilliseconds)
        {
            GiveUpWaitingForMemory();
        }

        // Parked first: a tick between the two would otherwise take the flag back and find nobody to resume.
        Interlocked.Exchange(ref parked, 1);
        Volatile.Write(ref parkedForMemory, true);
        runtime.Wheel.ScheduleNoLater(this, now + TimerWheel.TickMs);
        ResumeIfClosed();
    }

    // The side was parked by an exchange, so either this read sees a close or the closing thread sees the parked side.
    private void ResumeIfNotOpen()
    {
        if (Volatile.Read(ref closeState) != StateOpen)
        {
            Resume();
        }
    }

    private void ResumeIfClosed()
    {
        if (IsClosed)
        {
            Resume();
        }
    }

    private void FinishReceive()
    {
        window.Release();
        FinishSide();
    }
}
