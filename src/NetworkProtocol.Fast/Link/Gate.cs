using System.Threading;

namespace NetworkProtocol.Fast.Link;

/// <summary>
/// Where links wait until a destination can take more. Any thread adds a waiter, and whoever makes the gate ready wakes
/// them, all or the first, first come, first served. A waiter adds itself first and looks at <see cref="IsReady"/>
/// afterwards; the waker makes the gate ready first and looks for waiters afterwards. Both put a full fence between,
/// so no wake-up is lost. Who was woken and has done its part, or is gone, calls <see cref="WakeIfReady"/> in turn: a
/// place that it left is passed on.
/// </summary>
/// <remarks>
/// Newcomers stand in a lock-free stack. One thread at a time, the one that moved <c>waking</c> from idle, takes them
/// over into a list in order and wakes from that. A thread that finds it taken leaves a note there; the owner looks
/// again before it leaves, so nobody waits for anybody.
/// </remarks>
internal abstract class Gate
{
    private const int Idle = 0;
    private const int Waking = 1;
    private const int WakingAgain = 2;

    // Waiters that gave up are taken out of the list when there are so many: a sweep costs a walk over it.
    private const int GoneMax = 64;

    private IGateWaiter? newcomers;
    private int waking;

    // Of waiters that stand here and are gone. Close to the truth; it only tells when to sweep.
    private int gone;

    // The waking thread's own, but that anyone may look whether there is a first.
    private IGateWaiter? first;
    private IGateWaiter? last;

    /// <summary>Whether a waiter may go on; read by any thread.</summary>
    internal abstract bool IsReady { get; }

    /// <summary>Whether one is woken at a time: what there is to have is for one, and whoever had its turn wakes the
    /// next if there is more.</summary>
    internal virtual bool IsOneByOne => false;

    /// <summary>Adds the waiter. It may be resumed before this returns, so the caller must not touch it any
    /// more.</summary>
    internal void Add(IGateWaiter waiter)
    {
        IGateWaiter? seen = Volatile.Read(ref newcomers);
        while (true)
        {
            waiter.NextWaiter = seen;
            IGateWaiter? found = Interlocked.CompareExchange(ref newcomers, waiter, seen);
            if (ReferenceEquals(found, seen))
            {
                break;
            }

            seen = found;
        }

        // The exchange above was the fence between joining and looking at the gate.
        if (IsReady)
        {
            Wake();
        }
    }

    /// <summary>Called after the gate may have become ready; the caller's change must precede by a full
    /// fence.</summary>
    internal void WakeIfReady()
    {
        if ((Volatile.Read(ref newcomers) is not null || Volatile.Read(ref first) is not null) && IsReady)
        {
            Wake();
        }
    }

    /// <summary>A waiter that stands here has given up, or may have been woken in vain.</summary>
    internal void GaveUp()
    {
        // The increment is the fence that WakeIfReady asks for.
        if (Interlocked.Increment(ref gone) >= GoneMax)
        {
            Wake();
        }
        else
        {
            WakeIfReady();
        }
    }

    /// <summary>A waiter that stands here may be overdue.</summary>
    internal void WakeOverdue() => Wake();

    private void Wake()
    {
        int seen = Volatile.Read(ref waking);
        while (true)
        {
            int next = seen == Idle ? Waking : WakingAgain;
            int found = Interlocked.CompareExchange(ref waking, next, seen);
            if (found != seen)
            {
                seen = found;
            }
            else if (seen == Idle)
            {
                break;
            }
            else
            {
                return;
            }
        }

        do
        {
            Volatile.Write(ref waking, Waking);
            TakeNewcomers();
            if (Volatile.Read(ref gone) >= GoneMax)
            {
                Sweep();
            }

            WakeFirst();
        }
        while (Interlocked.CompareExchange(ref waking, Idle, Waking) != Waking);
    }

    private void TakeNewcomers()
    {
        IGateWaiter? taken = Interlocked.Exchange(ref newcomers, null);
        IGateWaiter? newest = taken;
        IGateWaiter? oldest = null;
        while (taken is not null)
        {
            IGateWaiter? next = taken.NextWaiter;
            taken.NextWaiter = oldest;
            oldest = taken;
            taken = next;
        }

        if (oldest is not null)
        {
            if (last is null)
            {
                Volatile.Write(ref first, oldest);
            }
            else
            {
                last.NextWaiter = oldest;
            }

            last = newest;
        }

        // Between having them in the list and looking at the gate: whoever makes it ready sees one or the other.
        Interlocked.MemoryBarrier();
    }

    private void WakeFirst()
    {
        int wakes = !IsReady ? 0 : IsOneByOne ? 1 : int.MaxValue;
        while (first is { } waiter)
        {
            bool isGone = waiter.IsGone;
            bool isOverdue = !isGone && waiter.IsOverdue;
            if (wakes == 0 && !isGone && !isOverdue)
            {
                return;
            }

            Volatile.Write(ref first, waiter.NextWaiter);
            last = first is null ? null : last;
            waiter.NextWaiter = null;
            if (isGone)
            {
                Interlocked.Decrement(ref gone);
                continue;
            }

            wakes -= isOverdue ? 0 : 1;
            waiter.Resume();
        }
    }

    private void Sweep()
    {
        IGateWaiter? kept = null;
        IGateWaiter? waiter = first;
        int swept = 0;
        Volatile.Write(ref first, null);
        while (waiter is not null)
        {
            IGateWaiter? next = waiter.NextWaiter;
            waiter.NextWaiter = null;
            if (waiter.IsGone)
            {
                swept++;
            }
            else if (kept is null)
            {
                kept = waiter;
                Volatile.Write(ref first, waiter);
            }
            else
            {
                kept.NextWaiter = waiter;
                kept = waiter;
            }

            waiter = next;
        }

        last = kept;
        Interlocked.Add(ref gone, -swept);

        // The list was empty for a moment; whoever made the gate ready then looked in vain.
        Interlocked.MemoryBarrier();
    }
}
