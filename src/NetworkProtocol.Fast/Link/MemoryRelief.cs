using System.Collections.Generic;
using System.Threading;

namespace NetworkProtocol.Fast.Link;

/// <summary>
/// Closes the peer that holds the most memory for replies it does not read, when that memory has run out: a few such
/// peers, each within its own limit, would else keep the replies of all others from being queued. Thread-safe.
/// </summary>
internal sealed class MemoryRelief
{
    // A peer that holds less is not what is wrong.
    private const long HeldBytesMin = 1 << 20;

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

    /// <summary>Closes one peer at most for each tick of the wheel: what it held comes back meanwhile.</summary>
    internal void Relieve(long nowMs)
    {
        long seen = Volatile.Read(ref lastMs);
        if (seen == nowMs || Interlocked.CompareExchange(ref lastMs, nowMs, seen) != seen)
        {
            return;
        }

        PeerLink? fullest = null;
        long fullestBytes = HeldBytesMin;
        lock (gate)
        {
            foreach (LinkList links in lists)
            {
                PeerLink? candidate = links.Fullest();
                if (candidate is not null && candidate.QueuedBytes > fullestBytes)
                {
                    fullest = candidate;
                    fullestBytes = candidate.QueuedBytes;
                }
            }
        }

        fullest?.CloseSlow("it held the most replies when the memory for them ran out");
    }
}
