using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Forwarding;

/// <summary>The links of one upstream. Fixed at the start; any thread chooses.</summary>
internal sealed class UpstreamGroup
{
    // As many as one send carries of small ones; beyond them a long batch of one client is spread over the links.
    private const int RequestsInARowMax = 64;

    private readonly UpstreamLink[] links;
    private int turn;

    internal UpstreamGroup(UpstreamOptions options, LinkRuntime runtime, ILogger logger)
    {
        Name = options.Name;

        // Round the nodes, so that equal loads are spread over nodes before links.
        var all = new List<UpstreamLink>();
        TlsConnector? tls = null;
        for (int i = 0; i < options.LinksPerNode; i++)
        {
            foreach (Endpoint node in options.Nodes)
            {
                // One for all, because sessions are resumed by what they share.
                tls ??= TlsConnector.For(node, options.Tls);
                all.Add(new UpstreamLink(this, options, node, tls, runtime, logger));
            }
        }

        links = [.. all];
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

    internal async Task StopAsync()
    {
        foreach (UpstreamLink link in links)
        {
            await link.StopAsync().ConfigureAwait(false);
        }
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
        int start = Volatile.Read(ref turn) + 1;
        Volatile.Write(ref turn, start);
        for (int i = 0; i < links.Length; i++)
        {
            UpstreamLink candidate = links[(int)((uint)(start + i) % (uint)links.Length)];
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
        int start = (int)((ulong)connectionId % (uint)links.Length);
        for (int i = 0; i < links.Length; i++)
        {
            UpstreamLink candidate = links[(start + i) % links.Length];
            if (candidate.Live is not null)
            {
                return candidate;
            }
        }

        return null;
    }
}
