using System;
using System.Threading;
using NetworkProtocol.Fast.Diagnostics;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Forwarding;

/// <summary>The link in numbers.</summary>
internal sealed partial class UpstreamLink
{
    internal const string StateLive = "live";
    internal const string StateLeaving = "leaving";
    internal const string StateDown = "down";

    private static readonly string[] States = [StateLive, StateLeaving, StateDown];

    // The connection there is, and none or the one that is leaving; and what those before carried.
    private readonly LinkList links = new();
    private readonly LinkTotals totals = new(string.Empty);

    // Of the last reply: the next one is mostly of the same.
    private RouteMeter? repliedRoute;
    private long established;
    private long failed;
    private long lost;
    private bool connecting;

    /// <summary>Where it connects to.</summary>
    internal Endpoint Node => node;

    /// <summary>Whether requests can be sent, or only those under way end, or there is no connection.</summary>
    internal string State => Live is not null
        ? StateLive
        : Volatile.Read(ref retiring) || Volatile.Read(ref leaving) is { IsClosed: false }
            ? StateLeaving
            : StateDown;

    /// <summary>Whether an attempt to connect is under way.</summary>
    internal bool IsConnecting => Volatile.Read(ref connecting);

    /// <summary>What all its connections have counted.</summary>
    internal UpstreamCounts Counts => CountsOf(LookAtLinks());

    internal void Collect(MetricSnapshot snapshot)
    {
        string upstream = options.Name;
        string label = node.ToString();
        string state = State;
        foreach (string possible in States)
        {
            snapshot.Add(Metrics.UpstreamLinks, possible == state ? 1 : 0, upstream, label, possible);
        }

        Look look = LookAtLinks();
        snapshot.Add(Metrics.UpstreamInFlight, InFlight, upstream, label);
        snapshot.Add(Metrics.UpstreamSendQueue, look.QueuedBytes, upstream, label);
        CountsOf(look).Collect(snapshot, upstream, label);
    }

    private Look LookAtLinks()
    {
        var look = new Look();
        links.Look(look, static (seen, link) => seen.See(link), seen => seen.Traffic += totals.Ended);
        return look;
    }

    private UpstreamCounts CountsOf(Look look)
    {
        long connects = Volatile.Read(ref established);
        return new UpstreamCounts(
            connects, Volatile.Read(ref failed), Volatile.Read(ref lost), Math.Max(connects - 1, 0), look.Traffic);
    }

    private void CountReply(in EndedRequest<PeerLink> ended, in PacketView packet, FlushBatch flush)
    {
        if (repliedRoute is not { } route || route.Id != ended.Route)
        {
            route = runtime.Metrics.Routes[ended.Route];
            repliedRoute = route;
        }

        if (packet.Header.Type != PacketType.Error)
        {
            if (Breaker.HasFailures)
            {
                Breaker.Succeeded(this, ended.Correlation);
            }

            flush.CountReply(route, ended.BeganAt);
            return;
        }

        _ = ErrorPayload.TryRead(packet.Payload, out ErrorPayload error, out _);
        if (NodeBreaker.IsFailure(error.Code))
        {
            Breaker.Failed(this, ended.Correlation, error.Code);
        }
        else
        {
            Breaker.Succeeded(this, ended.Correlation);
        }

        route.Record(error.Code, CorrelationTime.ElapsedSince(ended.BeganAt, flush.Timestamp));
    }

    private sealed class Look
    {
        internal LinkTraffic Traffic { get; set; }

        internal long QueuedBytes { get; private set; }

        internal void See(PeerLink link)
        {
            Traffic += link.Traffic;
            QueuedBytes += link.QueuedBytes;
        }
    }
}
