using System.Threading;

namespace NetworkProtocol.Fast.Link;

/// <summary>
/// Where links wait until a destination can take more. A lock-free stack of waiters: any thread adds, and
/// whoever makes the gate ready wakes all of them. A waiter adds itself first and looks at <see cref="IsReady"/>
/// afterwards; the waker makes the gate ready first and looks for waiters afterwards. Both put a full fence between,
/// so no wake-up is lost.
/// </summary>
internal abstract class Gate
{
    private IGateWaiter? head;

    /// <summary>Whether a waiter may go on; read by any thread.</summary>
    internal abstract bool IsReady { get; }

    /// <summary>Adds the waiter. It may be resumed before this returns, so the caller must not touch it any
    /// more.</summary>
    internal void Add(IGateWaiter waiter)
    {
        IGateWaiter? seen = Volatile.Read(ref head);
        while (true)
        {
            waiter.NextWaiter = seen;
            IGateWaiter? found = Interlocked.CompareExchange(ref head, waiter, seen);
            if (ReferenceEquals(found, seen))
            {
                break;
            }

            seen = found;
        }

        // The exchange above was the fence between joining the list and looking at the gate.
        if (IsReady)
        {
            WakeAll();
        }
    }

    /// <summary>Called after the gate may have become ready; the caller's change must precede by a full
    /// fence.</summary>
    internal void WakeIfReady()
    {
        if (Volatile.Read(ref head) is not null && IsReady)
        {
            WakeAll();
        }
    }

    /// <summary>Resumes every waiter, the longest waiting first.</summary>
    internal void WakeAll()
    {
        IGateWaiter? taken = Interlocked.Exchange(ref head, null);
        IGateWaiter? reversed = null;
        while (taken is not null)
        {
            IGateWaiter? next = taken.NextWaiter;
            taken.NextWaiter = reversed;
            reversed = taken;
            taken = next;
        }

        while (reversed is not null)
        {
            IGateWaiter? next = reversed.NextWaiter;
            reversed.NextWaiter = null;
            reversed.Resume();
            reversed = next;
        }
    }
}
