using System.Threading;
using NetworkProtocol.Fast.Packets;

namespace NetworkProtocol.Fast.Link;

/// <summary>The receive side while it belongs to nobody: it waits at a gate, for memory, or for the end.</summary>
internal sealed partial class PeerLink
{
    // 1 while the receive side belongs to nobody; whoever takes it to 0 goes on with it.
    private int parked;
    private bool parkedForMemory;

    // The gate where it waited last, until it has done its part there; the receive side's own.
    private Gate? waitedAt;

    IGateWaiter? IGateWaiter.NextWaiter { get; set; }

    bool IGateWaiter.IsGone => IsClosed;

    bool IGateWaiter.IsOverdue => IsOverdueAt(runtime.Wheel.NowMs);

    /// <summary>
    /// By when the packet that the sink is looking at must be on its way, in milliseconds of the wheel; 0 until the
    /// sink says. It is offered again then, however the gate stands. Receive side.
    /// </summary>
    internal long PacketDeadlineMs { get; set; }

    /// <summary>Lets a parked receive side go on, on a pool thread. Any thread, any number of times.</summary>
    public void Resume()
    {
        if (Volatile.Read(ref parked) != 0 && Interlocked.CompareExchange(ref parked, 0, 1) == 1)
        {
            QueueWork(WorkReceive);
        }
    }

    private void ParkAt(Gate wait)
    {
        if (!ReferenceEquals(wait, handshake))
        {
            runtime.Counters.AddPause();
        }

        bool atOwnGate = ReferenceEquals(wait, gate);
        Volatile.Write(ref waitedAt, wait);
        long lookMs = atOwnGate ? runtime.Wheel.NowMs + TimerWheel.TickMs : PacketDeadlineMs;
        Volatile.Write(ref parkedUntilMs, PacketDeadlineMs);
        Interlocked.Exchange(ref parked, 1);
        wait.Add(this);
        if (lookMs != 0)
        {
            runtime.Wheel.ScheduleNoLater(this, lookMs);
        }

        ResumeIfNotOpen();
    }

    private bool IsOverdueAt(long nowMs)
    {
        long until = Volatile.Read(ref parkedUntilMs);
        return until != 0 && until <= nowMs;
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
        if (receiveMemory.IsLongAt(now))
        {
            runtime.RelieveWait();
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

    // The packet that waits for memory is answered and dropped as it comes, so that the link lives on.
    private bool GaveUpWaitingForMemory()
    {
        long now = runtime.Wheel.NowMs;
        if (memoryWaitSinceMs == 0)
        {
            memoryWaitSinceMs = now;
        }

        if (now - memoryWaitSinceMs < (long)options.MemoryWaitTimeout.TotalMilliseconds
            || neededBytes <= PacketHeader.BytesCount)
        {
            return false;
        }

        memoryWaitSinceMs = 0;

        // The framer has checked the header, or it would not have known how many bytes are needed.
        PacketHeader header = PacketHeader.Read(window.Unread);
        skipBytes = neededBytes;
        neededBytes = 0;
        FlushBatch flush = FlushBatch.Enter(0, this);
        sink.OnDropped(this, in header, flush);
        flush.Leave();
        return true;
    }
}
