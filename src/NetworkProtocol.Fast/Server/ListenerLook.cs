using System;
using NetworkProtocol.Fast.Diagnostics;
using NetworkProtocol.Fast.Link;

namespace NetworkProtocol.Fast.Server;

/// <summary>One look at the connections of a listener, under the lock of their list.</summary>
internal sealed class ListenerLook(LinkTotals totals)
{
    private const string Opening = "opening";
    private const string Open = "open";
    private const string Draining = "draining";
    private const string Closing = "closing";

    private static readonly string[] States = [Opening, Open, Draining, Closing];

    private readonly int[] states = new int[States.Length];
    private long queued;
    private long queuedMost;
    private long established;
    private LinkTraffic traffic;

    internal LinkTotals Totals { get; } = totals;

    /// <summary>What the metrics and reports call the state of a connection.</summary>
    internal static string StateOf(PeerLink link) => !link.IsOpen ? Closing
        : !link.IsEstablished ? Opening
        : link.IsDraining ? Draining
        : Open;

    internal void See(PeerLink link)
    {
        states[Array.IndexOf(States, StateOf(link))]++;
        long bytes = link.QueuedBytes;
        queued += bytes;
        queuedMost = Math.Max(queuedMost, bytes);
        traffic += link.Traffic;
        established += link.IsEstablished ? 1 : 0;
    }

    internal void Collect(MetricSnapshot snapshot)
    {
        string label = Totals.Label;
        for (int i = 0; i < States.Length; i++)
        {
            snapshot.Add(Metrics.Connections, states[i], label, States[i]);
        }

        snapshot.Add(Metrics.ConnectionsAccepted, Totals.Accepted, label);
        snapshot.Add(Metrics.ConnectionsRefused, Totals.Refused, label);
        Totals.CollectEnds(snapshot, established);
        LinkTraffic sum = Totals.Ended + traffic;
        snapshot.Add(Metrics.Packets, sum.PacketsReceived, label, "in");
        snapshot.Add(Metrics.Packets, sum.PacketsSent, label, "out");
        snapshot.Add(Metrics.Bytes, sum.BytesReceived, label, "in");
        snapshot.Add(Metrics.Bytes, sum.BytesSent, label, "out");
        snapshot.Add(Metrics.SendQueue, queued, label);
        snapshot.Add(Metrics.SendQueueLargest, queuedMost, label);
    }
}
