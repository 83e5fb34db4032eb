using System;
using System.Collections.Generic;
using System.Threading;

namespace NetworkProtocol.Fast.Link;

/// <summary>
/// The links of one owner, chained through the links themselves, so that an idle link costs nothing more.
/// Thread-safe; the lock is taken when a link comes, goes, or all are visited, never for a packet.
/// </summary>
internal sealed class LinkList
{
    private readonly Lock gate = new();
    private PeerLink? first;
    private int count;

    internal int Count => Volatile.Read(ref count);

    /// <summary>Adds the link unless there are <paramref name="countMax"/> already.</summary>
    internal bool TryAdd(PeerLink link, int countMax)
    {
        lock (gate)
        {
            if (count >= countMax)
            {
                return false;
            }

            count++;
            link.NextInList = first;
            if (first is not null)
            {
                first.PreviousInList = link;
            }

            first = link;
            return true;
        }
    }

    /// <summary>Takes the link out; it must be in.</summary>
    /// <returns>How many are left.</returns>
    internal int Remove(PeerLink link)
    {
        lock (gate)
        {
            if (link.PreviousInList is { } previous)
            {
                previous.NextInList = link.NextInList;
            }
            else
            {
                first = link.NextInList;
            }

            if (link.NextInList is { } next)
            {
                next.PreviousInList = link.PreviousInList;
            }

            link.NextInList = null;
            link.PreviousInList = null;
            link.Totals?.Fold(link);
            return --count;
        }
    }

    /// <summary>The open link with the most bytes that wait to be sent, of those whose sends have not moved since
    /// <paramref name="stalledSinceMs"/> of the wheel, or of all with <see cref="long.MaxValue"/>; null when there is
    /// none.</summary>
    internal PeerLink? Fullest(long stalledSinceMs)
    {
        PeerLink? fullest = null;
        lock (gate)
        {
            for (PeerLink? link = first; link is not null; link = link.NextInList)
            {
                if (link.IsOpen && link.IsStalledSince(stalledSinceMs)
                    && (fullest is null || link.QueuedBytes > fullest.QueuedBytes))
                {
                    fullest = link;
                }
            }
        }

        return fullest;
    }

    /// <summary>Looks at every link under the lock: the totals of a link that ends meanwhile are seen either here or in
    /// its <see cref="LinkTotals"/>. <paramref name="look"/> is to be quick, and to call nothing of the
    /// links.</summary>
    internal void Look<TState>(TState state, Action<TState, PeerLink> look, Action<TState> after)
    {
        lock (gate)
        {
            for (PeerLink? link = first; link is not null; link = link.NextInList)
            {
                look(state, link);
            }

            after(state);
        }
    }

    /// <summary>Calls <paramref name="visit"/> with every link that is in the list now, outside the lock.</summary>
    internal void ForEach(Action<PeerLink> visit)
    {
        var links = new List<PeerLink>(Count);
        lock (gate)
        {
            for (PeerLink? link = first; link is not null; link = link.NextInList)
            {
                links.Add(link);
            }
        }

        foreach (PeerLink link in links)
        {
            visit(link);
        }
    }
}
