using System;
using System.Threading;
using NetworkProtocol.Fast.Diagnostics;

namespace NetworkProtocol.Fast.Link;

/// <summary>
/// Sums over the links of one listener or upstream node, those that have ended included. Belongs to a
/// <see cref="LinkList"/> and is guarded by its lock.
/// </summary>
internal sealed class LinkTotals
{
    private static readonly string[] Reasons = Array.ConvertAll(Enum.GetNames<CloseReason>(), SnakeCase.Of);

    private readonly long[] closed = new long[Reasons.Length];
    private readonly long[] unopened = new long[Reasons.Length];
    private LinkTraffic ended;
    private long opened;
    private long accepted;
    private long refused;

    /// <param name="label">What the metrics call it: a listener's endpoint.</param>
    internal LinkTotals(string label) => Label = label;

    internal string Label { get; set; }

    /// <summary>Connections taken. Any thread.</summary>
    internal long Accepted => Volatile.Read(ref accepted);

    /// <summary>Connections closed at once. Any thread.</summary>
    internal long Refused => Volatile.Read(ref refused);

    /// <summary>What links that have ended carried.</summary>
    internal LinkTraffic Ended => ended;

    internal void AddAccepted() => Interlocked.Increment(ref accepted);

    internal void AddRefused() => Interlocked.Increment(ref refused);

    /// <summary>A link has ended, and will be in the list no more.</summary>
    internal void Fold(PeerLink link)
    {
        ended += link.Traffic;
        int reason = (int)link.ClosedAs.Reason;
        closed[reason]++;
        if (link.IsEstablished)
        {
            opened++;
        }
        else
        {
            unopened[reason]++;
        }
    }

    /// <summary>Ends by reason, with how many there were.</summary>
    internal void CollectEnds(MetricSnapshot snapshot, long openNow)
    {
        snapshot.Add(Metrics.Handshakes, opened + openNow, Label, "established");
        for (int i = 0; i < Reasons.Length; i++)
        {
            if (closed[i] > 0)
            {
                snapshot.Add(Metrics.ConnectionsClosed, closed[i], Label, Reasons[i]);
            }

            if (unopened[i] > 0)
            {
                snapshot.Add(Metrics.Handshakes, unopened[i], Label, Reasons[i]);
            }
        }
    }
}
