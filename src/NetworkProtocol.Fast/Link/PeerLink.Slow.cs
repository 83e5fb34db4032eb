using System;
using System.Threading;

namespace NetworkProtocol.Fast.Link;

/// <summary>Tells a peer that reads slowly from one that has stopped reading. The wheel's thread.</summary>
internal sealed partial class PeerLink
{
    private const long SlowLookMsMax = 1_000;

    // A peer that takes less within the slow peer limit counts as one that takes nothing: 1.6 KB/s by default.
    private const int SlowPeerBytesMin = 16 << 10;

    // Seen by the wheel's thread alone: what the system held at the last look, and what the peer took since a time.
    private int untakenBytes;
    private int takenBytes;
    private long takenSinceMs;

    /// <summary>Whether a send is under way that was begun, or last seen to move, by then; with
    /// <see cref="long.MaxValue"/> always. Any thread.</summary>
    internal bool IsStalledSince(long sinceMs)
    {
        long since = Volatile.Read(ref sendSinceMs);
        return sinceMs == long.MaxValue || (since != 0 && since <= sinceMs);
    }

    // A send completes only when all of it is handed to the system, which waits until a third of its buffer (megabytes,
    // by default) is free. So what the peer takes off that buffer counts, too: a slow but steady reader lives.
    private long SlowTick(long nowMs)
    {
        long since = Volatile.Read(ref sendSinceMs);
        if (since == 0)
        {
            return nowMs + LookAgainMs;
        }

        if (nowMs - since < SlowLookMs)
        {
            return since + SlowLookMs;
        }

        int untaken = connection.UntakenBytes;
        takenBytes = since == takenSinceMs ? takenBytes + Math.Max(untakenBytes - untaken, 0) : 0;
        takenSinceMs = since;
        untakenBytes = untaken;
        if (takenBytes >= SlowPeerBytesMin)
        {
            // Lost when a send completed meanwhile, which is as good.
            takenBytes = 0;
            takenSinceMs = nowMs;
            if (Interlocked.CompareExchange(ref sendSinceMs, nowMs, since) == since)
            {
                since = nowMs;
            }
        }

        if (nowMs - since < (long)options.SlowPeerTimeout.TotalMilliseconds)
        {
            return nowMs + TimerWheel.TickMs;
        }

        CloseSlow("it took nothing of what waits for it within the slow peer limit");
        return Never;
    }

    // A send that is under way for this long is looked at with each tick.
    private long SlowLookMs => Math.Min(SlowLookMsMax, (long)options.SlowPeerTimeout.TotalMilliseconds);
}
