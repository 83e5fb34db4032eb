using System;
using System.Collections.Generic;
using System.Threading;

namespace NetworkProtocol.Fast.Link;

/// <summary>
/// One hashed wheel for every deadline of the process: heartbeats, handshake and slow-peer limits, request
/// deadlines and reconnects. Also the coarse clock (<see cref="NowMs"/>) that the hot path reads instead of asking
/// the system. Thread-safe; the lock is taken when a timer is scheduled, removed or fires, never for a packet.
/// </summary>
internal sealed class TimerWheel : IDisposable
{
    internal const int NoSlot = -1;

    /// <summary>Resolution of every deadline, in milliseconds.</summary>
    internal const int TickMs = 50;

    // 256 slots of 50 ms: a turn takes 12.8 s. A timer that is due later is looked at, and put further on, once a turn.
    private const int SlotCount = 256;

    private readonly WheelTimer?[] slots = new WheelTimer?[SlotCount];
    private readonly List<WheelTimer> due = [];
    private readonly Lock gate = new();
    private readonly TimeProvider time;
    private readonly long origin;
    private readonly ITimer? ticker;
    private long nowMs = TickMs;
    private long tick = 1;
    private int advancing;

    /// <param name="time">Source of time.</param>
    /// <param name="manual">True when the owner calls <see cref="Advance"/> itself.</param>
    internal TimerWheel(TimeProvider time, bool manual = false)
    {
        this.time = time;
        origin = time.GetTimestamp();
        if (!manual)
        {
            var period = TimeSpan.FromMilliseconds(TickMs);
            ticker = time.CreateTimer(static wheel => ((TimerWheel)wheel!).Advance(), this, period, period);
        }
    }

    internal TimeProvider Time => time;

    /// <summary>Milliseconds since the wheel was made plus one tick (so never 0), as of the last tick.</summary>
    internal long NowMs => Volatile.Read(ref nowMs);

    /// <summary>When a limit that begins now has passed. The coarse clock may be a tick behind, so a tick is added: a
    /// deadline is met up to two ticks late, and never early.</summary>
    internal long DeadlineAfter(long limitMs) => NowMs + limitMs + TickMs;

    /// <summary>Puts the timer into the wheel, or moves it.</summary>
    internal void Schedule(WheelTimer timer, long dueMs)
    {
        lock (gate)
        {
            Unlink(timer);
            Link(timer, dueMs);
        }
    }

    /// <summary>Moves the timer only if it would fire later than <paramref name="dueMs"/>.</summary>
    internal void ScheduleNoLater(WheelTimer timer, long dueMs)
    {
        // Mostly it stands soon enough; looking without the lock keeps links under load from meeting at it. A timer
        // that is just being fired stands in no slot, so it is not mistaken for one that is still to come. The fence
        // puts what the caller wants looked at before this look, or a tick between the two could miss it.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref timer.Slot) != NoSlot && Volatile.Read(ref timer.DueMs) <= dueMs)
        {
            return;
        }

        lock (gate)
        {
            if (timer.Slot == NoSlot || timer.DueMs > dueMs)
            {
                Unlink(timer);
                Link(timer, dueMs);
            }
        }
    }

    /// <summary>Takes the timer out; a call under way may still be running when this returns.</summary>
    internal void Remove(WheelTimer timer)
    {
        lock (gate)
        {
            Unlink(timer);
            timer.DueMs = WheelTimer.Never;
        }
    }

    /// <summary>Moves the clock to the present and calls what is due.</summary>
    internal void Advance()
    {
        if (Interlocked.Exchange(ref advancing, 1) != 0)
        {
            return;
        }

        try
        {
            long elapsed = (long)time.GetElapsedTime(origin).TotalMilliseconds + TickMs;
            long target = elapsed / TickMs;
            Volatile.Write(ref nowMs, elapsed);

            // After a long pause of the process every slot is visited at most once.
            if (target - tick > SlotCount)
            {
                Volatile.Write(ref tick, target - SlotCount);
            }

            while (tick <= target)
            {
                RunSlot((int)(tick % SlotCount), elapsed);
                Volatile.Write(ref tick, tick + 1);
            }
        }
        finally
        {
            Volatile.Write(ref advancing, 0);
        }
    }

    public void Dispose() => ticker?.Dispose();

    private void RunSlot(int slot, long now)
    {
        lock (gate)
        {
            WheelTimer? timer = slots[slot];
            while (timer is not null)
            {
                WheelTimer? next = timer.NextInSlot;
                Unlink(timer);
                if (timer.DueMs <= now)
                {
                    due.Add(timer);
                }
                else
                {
                    // Due in a later turn. Left in this slot it would be late by up to a turn.
                    Link(timer, timer.DueMs);
                }

                timer = next;
            }
        }

        // Called outside the lock: a timer may schedule itself or others.
        foreach (WheelTimer timer in due)
        {
            Fire(timer, now);
        }

        due.Clear();
    }

    private void Fire(WheelTimer timer, long now)
    {
        if (Volatile.Read(ref timer.DueMs) == WheelTimer.Never)
        {
            return;
        }

        long next = timer.OnTick(now);
        if (next == WheelTimer.Never)
        {
            return;
        }

        lock (gate)
        {
            // Whoever removed the timer meanwhile has the last word; of two schedules the sooner one wins.
            bool removed = timer.DueMs == WheelTimer.Never;
            bool sooner = timer.Slot != NoSlot && timer.DueMs <= next;
            if (!removed && !sooner)
            {
                Unlink(timer);
                Link(timer, next);
            }
        }
    }

    private void Link(WheelTimer timer, long dueMs)
    {
        // Never into the slot that is being run or has passed: the earliest is the next tick.
        long dueTick = Math.Max(((dueMs - 1) / TickMs) + 1, Volatile.Read(ref tick) + 1);
        int slot = (int)(Math.Min(dueTick, tick + SlotCount - 1) % SlotCount);
        timer.DueMs = dueMs;
        timer.Slot = slot;
        timer.PreviousInSlot = null;
        timer.NextInSlot = slots[slot];
        if (timer.NextInSlot is { } next)
        {
            next.PreviousInSlot = timer;
        }

        slots[slot] = timer;
    }

    private void Unlink(WheelTimer timer)
    {
        if (timer.Slot == NoSlot)
        {
            return;
        }

        if (timer.PreviousInSlot is { } previous)
        {
            previous.NextInSlot = timer.NextInSlot;
        }
        else
        {
            slots[timer.Slot] = timer.NextInSlot;
        }

        if (timer.NextInSlot is { } next)
        {
            next.PreviousInSlot = timer.PreviousInSlot;
        }

        timer.NextInSlot = null;
        timer.PreviousInSlot = null;
        timer.Slot = NoSlot;
    }
}
