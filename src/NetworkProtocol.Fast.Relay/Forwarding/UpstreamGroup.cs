using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.Extensions.Logging;
using NetworkProtocol.Fast.Diagnostics;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Forwarding;

/// <summary>The links of one upstream. Any thread chooses; a reload changes them.</summary>
internal sealed class UpstreamGroup
{
    // As many as one send carries of small ones; beyond them a long batch of one client is spread over the links.
    private const int RequestsInARowMax = 64;

    private static readonly string[] BreakerStates = [NodeBreaker.Closed, NodeBreaker.HalfOpen, NodeBreaker.Open];

    private readonly LinkRuntime runtime;
    private readonly ILogger logger;
    private UpstreamOptions options;

    // One for all links, because sessions are resumed by what they share; null without TLS.
    private TlsConnector? connector;

    // Replaced as a whole by a change; whoever chooses takes it once.
    private volatile UpstreamLink[] links;
    private int turn;

    internal UpstreamGroup(UpstreamOptions options, LinkRuntime runtime, ILogger logger)
    {
        this.options = options;
        this.runtime = runtime;
        this.logger = logger;
        Name = options.Name;
        connector = ConnectorFor(options);
        links = LinksFor(options, [], connector);
    }

    internal string Name { get; }

    internal IReadOnlyList<UpstreamLink> Links => links;

    /// <summary>Whether any of its nodes is connected, whatever their breakers say.</summary>
    internal bool IsConnected => Array.Exists(links, static link => link.Live is not null);

    internal void Start()
    {
        foreach (UpstreamLink link in links)
        {
            link.Start();
        }
    }

    /// <summary>What a change to other options takes: files are read and links made, but nothing is connected or
    /// changed yet.</summary>
    /// <exception cref="Session.KeyFileException">A file cannot be used.</exception>
    internal UpstreamChange Prepare(UpstreamOptions next)
    {
        bool isSame = options.HasSameLinks(next);
        TlsConnector? tls = isSame && connector is not null ? connector : ConnectorFor(next);
        UpstreamLink[] after = LinksFor(next, isSame ? links : [], tls);
        return new UpstreamChange(this, next, tls, after, [.. after.Except(links)], [.. links.Except(after)]);
    }

    /// <summary>The change that a group just made comes into a relay with.</summary>
    internal UpstreamChange AsAdded() => new(this, options, connector, links, links, []);

    /// <summary>Puts a change of this group into force.</summary>
    internal void Apply(UpstreamChange change)
    {
        connector = change.Connector;
        options = change.Options;
        links = change.Links;
    }

    internal void Collect(MetricSnapshot snapshot)
    {
        foreach (IGrouping<Endpoint, UpstreamLink> node in links.GroupBy(static link => link.Node))
        {
            // Without a connection it gets no request either, and an attempt to connect is the probe.
            string now = node.First().Breaker is { IsClosed: false } breaker ? breaker.State
                : node.Any(static link => link.Live is not null) ? NodeBreaker.Closed
                : node.Any(static link => link.IsConnecting) ? NodeBreaker.HalfOpen : NodeBreaker.Open;
            foreach (string state in BreakerStates)
            {
                snapshot.Add(Metrics.UpstreamBreaker, state == now ? 1 : 0, Name, node.Key.ToString(), state);
            }

            foreach (UpstreamLink link in node)
            {
                link.Collect(snapshot);
            }
        }
    }

    private TlsConnector? ConnectorFor(UpstreamOptions next) =>
        next.Nodes.FirstOrDefault(static n => n.Scheme == EndpointScheme.Tls) is { } node
            ? TlsConnector.For(
                node, next.Tls, fault => ForwardingLog.CertificatesUnusable(logger, next.Name, fault))
            : null;

    // Round the nodes, so that equal loads are spread over nodes before links.
    private UpstreamLink[] LinksFor(UpstreamOptions next, UpstreamLink[] kept, TlsConnector? tls)
    {
        var left = new List<UpstreamLink>(kept);
        var all = new List<UpstreamLink>();
        for (int i = 0; i < next.LinksPerNode; i++)
        {
            foreach (Endpoint node in next.Nodes)
            {
                int found = left.FindIndex(link => link.Node == node);
                if (found >= 0)
                {
                    all.Add(left[found]);
                    left.RemoveAt(found);
                    continue;
                }

                NodeBreaker breaker = kept.Concat(all).FirstOrDefault(link => link.Node == node)?.Breaker
                    ?? new NodeBreaker(next, node, runtime.Wheel, logger);
                all.Add(new UpstreamLink(this, next, node, breaker, tls, runtime, logger));
            }
        }

        return [.. all];
    }

    /// <summary>
    /// The link for a request: that of the request before it in the same batch, so that they leave in one send and
    /// their replies come back in one; else, and every so many requests, the one with the fewest in flight. Null when
    /// none lives or the breakers of all that live are open. Who finds it congested leaves the batch's way
    /// (<see cref="FlushBatch.LeaveWay"/>) and asks again.
    /// </summary>
    /// <param name="flush">The batch.</param>
    /// <param name="isProbe">The request is the probe of the node's breaker: the caller sends it or gives it
    /// back.</param>
    internal UpstreamLink? ChooseForRequest(FlushBatch flush, out bool isProbe)
    {
        isProbe = false;
        if (flush.Way is UpstreamLink before && ReferenceEquals(before.Group, this) && before.Live is not null
            && before.Breaker.IsClosed && ++flush.WayPackets < RequestsInARowMax)
        {
            return before;
        }

        UpstreamLink? chosen = ChooseLeastInFlight(out isProbe);
        flush.Way = isProbe ? null : chosen;
        flush.WayPackets = 0;
        return chosen;
    }

    /// <summary>
    /// The live link with the fewest requests in flight, one that is not congested if there is any; but first one whose
    /// node may have a probe. Null when none lives or the breakers of all that live are open.
    /// </summary>
    private UpstreamLink? ChooseLeastInFlight(out bool isProbe)
    {
        isProbe = false;
        UpstreamLink? best = null;
        int bestLoad = int.MaxValue;

        // Equals take turns; a lost update of the turn only repeats one.
        UpstreamLink[] all = links;
        int start = Volatile.Read(ref turn) + 1;
        Volatile.Write(ref turn, start);
        for (int i = 0; i < all.Length; i++)
        {
            UpstreamLink candidate = all[(int)((uint)(start + i) % (uint)all.Length)];
            if (candidate.Live is not { } live || candidate.InFlightMax(live) == 0)
            {
                continue;
            }

            if (!candidate.Breaker.IsClosed)
            {
                if (!live.IsHigh && candidate.InFlight < candidate.InFlightMax(live)
                    && candidate.Breaker.TryBeginProbe())
                {
                    isProbe = true;
                    return candidate;
                }

                continue;
            }

            // A congested link counts as fuller than any that is not, and one that takes no more as fuller still.
            int inFlight = candidate.InFlight;
            int load = inFlight + (live.IsHigh ? 1 << 24 : 0) + (inFlight >= candidate.InFlightMax(live) ? 1 << 25 : 0);
            if (load < bestLoad)
            {
                best = candidate;
                bestLoad = load;
            }
        }

        return best;
    }

    /// <summary>
    /// Always the same link for a connection while the same links live and their breakers let it, so that its one-way
    /// packets keep their order.
    /// </summary>
    internal UpstreamLink? ChooseByConnection(long connectionId)
    {
        UpstreamLink[] all = links;
        int start = (int)((ulong)connectionId % (uint)all.Length);
        for (int i = 0; i < all.Length; i++)
        {
            UpstreamLink candidate = all[(start + i) % all.Length];
            if (candidate.Live is not null && candidate.Breaker.TakesOneWay)
            {
                return candidate;
            }
        }

        return null;
    }
}
