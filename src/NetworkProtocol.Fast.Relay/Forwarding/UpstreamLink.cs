using System;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;
using NetworkProtocol.Fast.Diagnostics;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Forwarding;

/// <summary>
/// One of the fixed connections to an upstream node: connects again whenever it is lost, and holds the
/// requests that wait for replies on it. Any thread forwards; replies come on the connection's receive thread. The
/// correlation table outlives the connections: its generations keep a reply of an earlier one from being taken for a
/// later request's.
/// </summary>
internal sealed partial class UpstreamLink : WheelTimer, ILinkSink
{
    private readonly UpstreamOptions options;
    private readonly Endpoint node;
    private readonly LinkRuntime runtime;
    private readonly ILogger logger;
    private readonly TransportOptions transport;
    private readonly SecureClient? security;
    private readonly CorrelationTable<PeerLink> requests;

    // Of the batch of replies that is being received.
    private readonly EndedSlots endedSlots = new();
    private readonly CancellationTokenSource stopping = new();
    private readonly RequestGate gate;
    private readonly RequestGate greedyGate;
    private readonly long timeoutMs;

    // The connection that requests may be sent on; null while there is none. Written by the sink's calls.
    private PeerLink? live;

    // The connection whose upstream sent Disconnect; null while there is none.
    private PeerLink? leaving;
    private TaskCompletionSource<LinkClosed>? closed;
    private Task running = Task.CompletedTask;
    private int scheduled;

    internal UpstreamLink(
        UpstreamGroup group, UpstreamOptions options, Endpoint node, NodeBreaker breaker, TlsConnector? tls,
        LinkRuntime runtime, ILogger logger)
    {
        Group = group;
        Breaker = breaker;
        this.options = options;
        this.node = node;
        this.runtime = runtime;
        this.logger = logger;
        transport = TransportOptions.Default with { Tls = tls };
        security = SecureClient.For(node, options.Session, options.SecureFor(node));
        timeoutMs = (long)options.RequestTimeout.TotalMilliseconds;
        requests = new CorrelationTable<PeerLink>(options.RequestsInFlightMax);
        gate = new RequestGate(this, isGreedy: false);
        greedyGate = new RequestGate(this, isGreedy: true);
    }

    internal UpstreamGroup Group { get; }

    /// <summary>That of its node.</summary>
    internal NodeBreaker Breaker { get; }

    /// <summary>The live connection, or null.</summary>
    internal PeerLink? Live => Volatile.Read(ref live);

    /// <summary>Requests that wait for a reply.</summary>
    internal int InFlight => requests.InFlight;

    internal void Start() => running = Task.Run(RunAsync);

    /// <summary>Stops connecting, ends the requests that still wait, and closes the connection when the upstream has
    /// seen the goodbye, or at the link's own limit. Idempotent.</summary>
    internal async Task StopAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        EndAll(ErrorCode.ShuttingDown, "the relay closes its link to the upstream, which has not replied yet",
            isLoss: false);
        await running.ConfigureAwait(false);
        runtime.Wheel.Remove(this);
    }

    /// <summary>Closes the connection without waiting for the upstream.</summary>
    internal void Cut() => links.ForEach(static link => link.Close(CloseReason.ShuttingDown, "the relay stops"));

    /// <summary>Requests that the upstream takes at a time, as it announced, within what the table holds.</summary>
    internal int InFlightMax(PeerLink link) =>
        (int)Math.Min((uint)requests.Capacity, link.Settings.SendRequestsInFlightMax);

    /// <summary>Enters a request of a client into the table.</summary>
    /// <returns>False when too many wait already.</returns>
    internal bool TryBegin(
        PeerLink client, in PacketHeader request, RouteMeter route, FlushBatch flush, out uint correlation)
    {
        long deadline = client.PacketDeadlineMs != 0 ? client.PacketDeadlineMs : runtime.Wheel.DeadlineAfter(timeoutMs);
        if (!requests.TryBegin(client, request.Correlation, request.Type, deadline, out correlation,
            route.Id, CorrelationTime.Of(flush.Timestamp)))
        {
            return false;
        }

        client.RequestStarted();
        if (Volatile.Read(ref scheduled) == 0 && Interlocked.Exchange(ref scheduled, 1) == 0)
        {
            runtime.Wheel.Schedule(this, runtime.Wheel.NowMs + TimerWheel.TickMs);
        }

        return true;
    }

    /// <summary>Takes back a request that was not sent; the client's count of it is the caller's to end.</summary>
    /// <returns>False when it has been answered meanwhile: the connection was lost.</returns>
    internal bool TryTakeBack(uint correlation)
    {
        if (!requests.TryEnd(correlation, out _))
        {
            return false;
        }

        if (Breaker.IsProbe(this, correlation))
        {
            Breaker.GiveBack();
        }

        WakeClients();
        CloseIfLeft();
        return true;
    }

    public void OnEstablished(PeerLink link)
    {
        ForwardingLog.UpstreamConnected(logger, options.Name, node, link.Settings.PeerSoftware);
        Interlocked.Increment(ref established);
        Volatile.Write(ref connecting, false);
        Volatile.Write(ref leaving, null);
        Interlocked.Exchange(ref live, link);

        // Set before the exchange that takes live away: one of the two sees the other.
        if (Volatile.Read(ref retiring))
        {
            Interlocked.CompareExchange(ref live, null, link);
            link.CloseAfterFlush(CloseReason.Requested, "the node was taken out of its upstream");
        }
    }

    public Gate? OnPacket(PeerLink link, in PacketView packet, FlushBatch flush)
    {
        PacketHeader header = packet.Header;
        if (!header.IsReply)
        {
            Replies.Refuse(link, in header, flush, ErrorCode.NoRoute, "a relay takes no requests from its upstreams");
            return null;
        }

        if (!requests.TryEnd(header.Correlation, endedSlots, out EndedRequest<PeerLink> ended))
        {
            runtime.Counters.AddLateReply();
            return null;
        }

        CountReply(in ended, in packet, flush);
        PeerLink client = ended.Owner;
        ForwardReply(link, client, in packet, ended.PeerCorrelation, flush);
        client.RequestEnded(flush);
        return null;
    }

    public void OnBatchEnd()
    {
        if (!endedSlots.IsEmpty)
        {
            requests.Free(endedSlots);
            WakeClients();
            CloseIfLeft();
        }
    }

    public void OnDropped(PeerLink link, in PacketHeader header, FlushBatch flush)
    {
        if (header.IsReply && requests.TryEnd(header.Correlation, out EndedRequest<PeerLink> ended))
        {
            // The node has answered; it is this relay that has no memory.
            Breaker.Succeeded(this, header.Correlation);
            End(in ended, ErrorCode.Overloaded, "no memory to receive the reply");
        }
    }

    public void OnDisconnect(PeerLink link, ErrorCode code)
    {
        // No new requests; those under way still get their replies, then the connection is closed.
        Volatile.Write(ref leaving, link);
        Interlocked.CompareExchange(ref live, null, link);
        WakeClients();
        CloseIfLeft();
        ForwardingLog.UpstreamDraining(logger, options.Name, node, code);
    }

    public void OnClosed(PeerLink link, LinkClosed reason)
    {
        Interlocked.CompareExchange(ref live, null, link);
        links.Remove(link);

        // The queue is closed, so whoever still holds the link gets Closed and takes its request back; what is in the
        // table and not taken back is ended here, once, because ending is an exchange.
        if (EndAll(ErrorCode.NoUpstream, "the upstream was lost before it replied", isLoss: true))
        {
            Breaker.Failed(this, 0, ErrorCode.NoUpstream);
        }

        WakeClients();
        closed?.TrySetResult(reason);
    }

    /// <inheritdoc/>
    protected internal override long OnTick(long nowMs)
    {
        int cursor = 0;
        while (requests.TryEndExpired(ref cursor, nowMs, out EndedRequest<PeerLink> ended))
        {
            Breaker.Failed(this, ended.Correlation, ErrorCode.Timeout);
            End(in ended, ErrorCode.Timeout, "the upstream did not reply in time");
        }

        if (requests.InFlight > 0)
        {
            return nowMs + TimerWheel.TickMs;
        }

        // A request that began before this exchange saw the timer as scheduled, so look again after it.
        Interlocked.Exchange(ref scheduled, 0);
        return requests.InFlight > 0 && Interlocked.Exchange(ref scheduled, 1) == 0
            ? nowMs + TimerWheel.TickMs
            : Never;
    }

    // Whether there was any.
    private bool EndAll(ErrorCode code, string text, bool isLoss)
    {
        int cursor = 0;
        bool any = false;
        while (requests.TryEndAny(ref cursor, out EndedRequest<PeerLink> ended))
        {
            any = true;
            if (isLoss && Breaker.IsProbe(this, ended.Correlation))
            {
                Breaker.Failed(this, ended.Correlation, code);
            }
            else if (Breaker.IsProbe(this, ended.Correlation))
            {
                Breaker.GiveBack();
            }

            End(in ended, code, text);
        }

        return any;
    }

    private void End(in EndedRequest<PeerLink> ended, ErrorCode code, string text)
    {
        runtime.Metrics.Routes[ended.Route].Record(
            code, CorrelationTime.ElapsedSince(ended.BeganAt, Stopwatch.GetTimestamp()));
        Replies.Fail(ended.Owner, ended.PeerCorrelation, code, text);
        ended.Owner.Flush();
        ended.Owner.RequestEnded();
        WakeClients();
        CloseIfLeft();
    }

    // The upstream said that it takes no more requests, and has answered all that it had.
    private void CloseIfLeft()
    {
        if (Volatile.Read(ref leaving) is { } link && requests.InFlight == 0)
        {
            link.CloseAfterFlush(CloseReason.PeerClosed, "the upstream takes no more requests");
        }
    }
}
