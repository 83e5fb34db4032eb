using System;
using System.Collections.Frozen;
using System.Collections.Generic;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;
using NetworkProtocol.Fast.Diagnostics;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Server;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Forwarding;

/// <summary>A relay: a server whose routes lead to local handlers and upstreams.</summary>
internal sealed class RelayNode : IAsyncDisposable, IMetricSource
{
    private readonly Dictionary<string, UpstreamGroup> groups = new(StringComparer.Ordinal);
    private readonly LinkRuntime runtime;

    /// <exception cref="ArgumentException">The options are out of range or contradict.</exception>
    internal RelayNode(RelayOptions options, LinkRuntime runtime)
    {
        options.Validate();
        this.runtime = runtime;
        ILogger logger = runtime.Loggers.CreateLogger("NetworkProtocol.Fast.Forwarding");
        foreach (UpstreamOptions upstream in options.Upstreams)
        {
            groups.Add(upstream.Name, new UpstreamGroup(upstream, runtime, logger));
        }

        var handlers = new HandlerTable();
        foreach (RouteOptions route in options.Routes)
        {
            PacketTarget target = route.IsLocal ? new EchoTarget() : new UpstreamTarget(groups[route.Target]);
            if (route.Clients is { } clients)
            {
                target = new RestrictedTarget(target, clients.ToFrozenSet(StringComparer.Ordinal));
            }

            handlers.Map(route.Match, _ => target);
        }

        Server = new PacketServer(options.Server, handlers, runtime);
    }

    internal PacketServer Server { get; }

    /// <summary>The upstreams, by name.</summary>
    internal IReadOnlyDictionary<string, UpstreamGroup> Upstreams => groups;

    /// <summary>Where the relay listens, with real ports.</summary>
    internal IReadOnlyList<Endpoint> Endpoints => Server.Endpoints;

    /// <exception cref="TransportException">An endpoint cannot be opened.</exception>
    internal void Start()
    {
        Server.Start();
        runtime.Metrics.Add(this);
        foreach (UpstreamGroup group in groups.Values)
        {
            group.Start();
        }
    }

    /// <summary>Drains the clients while the upstreams still answer, then closes those.</summary>
    /// <returns>Client connections that were cut at the deadline.</returns>
    internal async Task<int> StopAsync(TimeSpan deadline)
    {
        int cut = await Server.StopAsync(deadline).ConfigureAwait(false);
        foreach (UpstreamGroup group in groups.Values)
        {
            await group.StopAsync().ConfigureAwait(false);
        }

        runtime.Metrics.Remove(this);
        return cut;
    }

    /// <inheritdoc/>
    public void Collect(MetricSnapshot snapshot)
    {
        foreach (UpstreamGroup group in groups.Values)
        {
            foreach (UpstreamLink link in group.Links)
            {
                link.Collect(snapshot);
            }
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync(TimeSpan.Zero).ConfigureAwait(false);
}
