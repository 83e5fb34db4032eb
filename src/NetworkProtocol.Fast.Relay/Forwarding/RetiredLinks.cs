using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;
using NetworkProtocol.Fast.Diagnostics;

namespace NetworkProtocol.Fast.Relay.Forwarding;

/// <summary>
/// Links that changes took out of their upstreams: themselves until they have ended, then what they counted, so that no
/// counter goes backwards. Thread-safe; whoever moves links here from elsewhere holds <see cref="Gate"/> for both, or a
/// look between would see them nowhere.
/// </summary>
internal sealed class RetiredLinks(ILogger logger)
{
    /// <summary>Nodes whose counts are kept; of more, those that lost their first link longest ago are
    /// forgotten.</summary>
    internal const int NodesMax = 4096;

    private readonly HashSet<UpstreamLink> leaving = [];
    private readonly OrderedDictionary<(string Upstream, string Node), UpstreamCounts> ended = [];

    internal Lock Gate { get; } = new();

    /// <summary>Those that have not ended yet.</summary>
    internal UpstreamLink[] Leaving
    {
        get
        {
            lock (Gate)
            {
                return [.. leaving];
            }
        }
    }

    /// <summary>Lets a link end with the requests that are under way on it.</summary>
    internal void Add(UpstreamLink link)
    {
        lock (Gate)
        {
            leaving.Add(link);
        }

        _ = Task.Run(() => EndAsync(link));
    }

    /// <summary>Adds what there is; the caller holds <see cref="Gate"/>.</summary>
    internal void Collect(MetricSnapshot snapshot)
    {
        foreach (((string upstream, string node), UpstreamCounts counts) in ended)
        {
            counts.Collect(snapshot, upstream, node);
        }

        foreach (UpstreamLink link in leaving)
        {
            link.Collect(snapshot);
        }
    }

    private async Task EndAsync(UpstreamLink link)
    {
        try
        {
            await link.RetireAsync().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Nobody waits for it, so nobody else would tell.
        catch (Exception e)
#pragma warning restore CA1031
        {
            ForwardingLog.LinkFault(logger, e, link.Group.Name, link.Node);
        }

        lock (Gate)
        {
            leaving.Remove(link);
            (string, string) key = (link.Group.Name, link.Node.ToString());
            UpstreamCounts sum = link.Counts + (ended.TryGetValue(key, out UpstreamCounts before) ? before : default);
            if (ended.Count == NodesMax && !ended.ContainsKey(key))
            {
                ended.RemoveAt(0);
            }

            ended[key] = sum;
        }
    }
}
