using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
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

    private static readonly string[] BreakerStates = ["closed", "half_open", "open"];

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
        links = LinksFor(options, [], out _);
    }

    internal string Name { get; }

    internal IReadOnlyList<UpstreamLink> Links => links;

    internal void Start()
    {
        foreach (UpstreamLink link in links)
        {
            link.Start();
        }
    }

    /// <summary>What TLS needs under other options: files are read before anything changes.</summary>
    /// <exception cref="Session.KeyFileException">A file cannot be used.</exception>
    internal TlsConnector? Prepare(UpstreamOptions next) =>
        connector is not null && options.HasSameLinks(next) ? connector : ConnectorFor(next);

    /// <summary>
    /// Changes nodes and what else is said of the upstream: new links first, and the old ones leave when requests can
    /// go elsewhere, or when nothing came of that in time.
    /// </summary>
    /// <returns>The links that leave; they are still the caller's to retire.</returns>
    internal async Task<IReadOnlyList<UpstreamLink>> ChangeAsync(
        UpstreamOptions next, TlsConnector? tls, TimeSpan patience, CancellationToken hurry)
    {
        connector = tls;
        UpstreamLink[] before = links;
        UpstreamLink[] after = LinksFor(next, options.HasSameLinks(next) ? before : [], out List<UpstreamLink> added);
        added.ForEach(static link => link.Start());
        UpstreamLink[] leaving = before.Except(after).ToArray();
        if (leaving.Length > 0)
        {
            await WaitForOneAsync(after, patience, hurry).ConfigureAwait(false);
        }

        options = next;
        links = after;
        return leaving;
    }

    /// <summary>Waits until one of the links can be used; gives up after a time.</summary>
    internal Task WaitForOneAsync(TimeSpan patience, CancellationToken hurry) =>
        WaitForOneAsync(links, patience, hurry);

    internal void Collect(MetricSnapshot snapshot)
    {
        foreach (IGrouping<Endpoint, UpstreamLink> node in links.GroupBy(static link => link.Node))
        {
            string now = node.Any(static link => link.Live is not null) ? "closed"
                : node.Any(static link => link.IsConnecting) ? "half_open" : "open";
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

    private static async Task WaitForOneAsync(UpstreamLink[] any, TimeSpan patience, CancellationToken hurry)
    {
        long start = Stopwatch.GetTimestamp();
        while (!Array.Exists(any, static link => link.Live is not null) && Stopwatch.GetElapsedTime(start) < patience
            && !hurry.IsCancellationRequested)
        {
            await Task.Delay(TimerWheel.TickMs / 5, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private static TlsConnector? ConnectorFor(UpstreamOptions options) =>
        options.Nodes.FirstOrDefault(static n => n.Scheme == EndpointScheme.Tls) is { } node
            ? TlsConnector.For(node, options.Tls)
            : null;

    // Round the nodes, so that equal loads are spread over nodes before links.
    private UpstreamLink[] LinksFor(UpstreamOptions next, UpstreamLink[] kept, out List<UpstreamLink> added)
    {
        var left = new List<UpstreamLink>(kept);
        var all = new List<UpstreamLink>();
        added = [];
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

                var made = new UpstreamLink(this, next, node, connector, runtime, logger);
                added.Add(made);
                all.Add(made);
            }
        }

        return [.. all];
    }

    /// <summary>
    /// The link for a request: that of the request before it in the same batch, so that they leave in one send and
    /// their replies come back in one; else, and every so many requests, the one with the fewest in flight. Null when
    /// none lives. Who finds it congested leaves the batch's way (<see cref="FlushBatch.LeaveWay"/>) and asks again.
    /// </summary>
    internal UpstreamLink? ChooseForRequest(FlushBatch flush)
    {
        if (flush.Way is UpstreamLink before && ReferenceEquals(before.Group, this) && before.Live is not null
            && ++flush.WayPackets < RequestsInARowMax)
        {
            return before;
        }

        UpstreamLink? chosen = ChooseLeastInFlight();
        flush.Way = chosen;
        flush.WayPackets = 0;
        return chosen;
    }

    /// <summary>
    /// The live link with the fewest requests in flight, one that is not congested if there is any. Null
    /// when none lives.
    /// </summary>
    internal UpstreamLink? ChooseLeastInFlight()
    {
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
    /// Always the same link for a connection while the same links live, so that its one-way packets keep their order.
    /// </summary>
    internal UpstreamLink? ChooseByConnection(long connectionId)
    {
        UpstreamLink[] all = links;
        int start = (int)((ulong)connectionId % (uint)all.Length);
        for (int i = 0; i < all.Length; i++)
        {
            UpstreamLink candidate = all[(start + i) % all.Length];
            if (candidate.Live is not null)
            {
                return candidate;
            }
        }

        return null;
    }
}
