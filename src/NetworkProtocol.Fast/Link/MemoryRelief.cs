using System.Collections.Generic;
using System.Threading;

namespace NetworkProtocol.Fast.Link;

/// <summary>
/// Closes the peer that holds the most memory for replies it does not read, when memory has run out: a few such peers,
/// each within its own limit, would else keep all others from being read and answered. Thread-safe.
/// </summary>
internal sealed class MemoryRelief
{
    // A peer that holds less is not what is wrong.
    private const long HeldBytesMin = 1 << 20;

    // Unless it has taken nothing of it for a second: many such make up a few that hold more.
    private const long StalledBytesMin = 64 << 10;
    private const long StalledMs = 1_000;

    private readonly Lock gate = new();
    private readonly List<LinkList> lists = [];
    private long lastMs = -1;

    internal void Add(LinkList links)
    {
        lock (gate)
        {
            lists.Add(links);
        }
    }

    internal void Remove(LinkList links)
    {
        lock (gate)
        {
            lists.Remove(links);
        }
    }

    /// <summary>A reply found no memory.</summary>
    internal void RelieveReply(long nowMs)
    {
        if (IsDueAt(nowMs))
        {
            PeerLink? link = Fullest(long.MaxValue, HeldBytesMin);
            link?.CloseSlow("it held the most replies when the memory for them ran out");
        }
    }

    /// <summary>A link has waited for memory for long: who has taken nothing meanwhile goes first.</summary>
    internal void RelieveWait(long nowMs)
    {
        if (IsDueAt(nowMs))
        {
            PeerLink? link = Fullest(nowMs - StalledMs, StalledBytesMin) ?? Fullest(long.MaxValue, HeldBytesMin);
            link?.CloseSlow("it held the most unread bytes when others had waited long for memory");
        }
    }

    // One peer at most for each tick of the wheel: what it held comes back meanwhile.
    private bool IsDueAt(long nowMs)
    {
        long seen = Volatile.Read(ref lastMs);
        return seen != nowMs && Interlocked.CompareExchange(ref lastMs, nowMs, seen) == seen;
    }

    private PeerLink? Fullest(long stalledSinceMs, long bytesMin)
    {
        PeerLink? fullest = null;
        lock (gate)
        {
            foreach (LinkList links in lists)
            {
                PeerLink? candidate = links.Fullest(stalledSinceMs);
                if (candidate is not null && candidate.QueuedBytes > bytesMin)
                {
                    fullest = candidate;
                    bytesMin = candidate.QueuedBytes;
                }
            }
        }

        return fullest;
    }
}
