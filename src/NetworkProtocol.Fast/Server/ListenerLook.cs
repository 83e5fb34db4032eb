using System;
using NetworkProtocol.Fast.Diagnostics;
using NetworkProtocol.Fast.Link;

namespace NetworkProtocol.Fast.Server;

/// <summary>One look at the connections of a listener, under the lock of their list.</summary>
internal sealed class ListenerLook(LinkTotals totals)
{
    private int opening;
    private int open;
    private int draining;
    private int closing;
    private long queued;
    private long queuedMost;
    private long established;
    private LinkTraffic traffic;

    internal LinkTotals Totals { get; } = totals;

    internal void See(PeerLink link)
    {
        if (!link.IsOpen)
        {
            closing++;
        }
        else if (!link.IsEstablished)
        {
            opening++;
        }
        else if (link.IsDraining)
        {
            draining++;
        }
        else
        {
            open++;
        }

        long bytes = link.QueuedBytes;
        queued += bytes;
        queuedMost = Math.Max(queuedMost, bytes);
        traffic += link.Traffic;
        established += link.IsEstablished ? 1 : 0;
    }

    internal void Collect(MetricSnapshot snapshot)
    {
        string label = Totals.Label;
        snapshot.Add(Metrics.Connections, opening, label, "opening");
        snapshot.Add(Metrics.Connections, open, label, "open");
        snapshot.Add(Metrics.Connections, draining, label, "draining");
        snapshot.Add(Metrics.Connections, closing, label, "closing");
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
