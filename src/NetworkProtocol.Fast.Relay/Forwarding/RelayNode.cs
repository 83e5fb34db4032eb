using System;
using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading;
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
    // Longest wait for a new node to be connected before its predecessor leaves all the same.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // Before the end of a drain: time for Errors to reach the clients.
    private static readonly TimeSpan ErrorsReserve = TimeSpan.FromMilliseconds(500);

    // Time for upstreams to answer the goodbye when the deadline leaves none.
    private static readonly TimeSpan GoodbyeTime = TimeSpan.FromMilliseconds(250);

    private readonly ILogger logger;

    // Links that a change took out, until they have ended. A stop looks at it while a change may still add to it.
    private readonly ConcurrentDictionary<UpstreamLink, Task> leaving = [];

    // Replaced as a whole by a change.
    private volatile Dictionary<string, UpstreamGroup> groups = new(StringComparer.Ordinal);
    private readonly LinkRuntime runtime;

    // A change that is under way when the relay stops must not leave links behind that nobody stops.
    private readonly SemaphoreSlim changing = new(1, 1);
    private readonly CancellationTokenSource ending = new();

    /// <exception cref="ArgumentException">The options are out of range or contradict.</exception>
    internal RelayNode(RelayOptions options, LinkRuntime runtime)
    {
        options.Validate();
        this.runtime = runtime;
        logger = runtime.Loggers.CreateLogger("NetworkProtocol.Fast.Forwarding");
        foreach (UpstreamOptions upstream in options.Upstreams)
        {
            groups.Add(upstream.Name, new UpstreamGroup(upstream, runtime, logger));
        }

        Server = new PacketServer(options.Server, HandlersFor(options, groups), runtime);
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

    /// <summary>
    /// Puts other routes, upstreams and limits into force without losing a request: new links are made first, then the
    /// routes change at once, then what is not needed any more ends its requests and closes. Listeners stay. One change
    /// after the other.
    /// </summary>
    /// <returns>False when the relay is stopping: nothing has changed.</returns>
    /// <exception cref="ArgumentException">The options are out of range or contradict; nothing has changed.</exception>
    /// <exception cref="Session.KeyFileException">A file of an upstream cannot be used; nothing has
    /// changed.</exception>
    internal async Task<bool> ApplyAsync(RelayOptions next)
    {
        next.Validate();
        await changing.WaitAsync().ConfigureAwait(false);
        try
        {
            if (!ending.IsCancellationRequested)
            {
                await ChangeAsync(next).ConfigureAwait(false);
            }

            return !ending.IsCancellationRequested;
        }
        finally
        {
            changing.Release();
        }
    }

    private async Task ChangeAsync(RelayOptions next)
    {
        Dictionary<string, UpstreamGroup> before = groups;

        // All that can fail comes first.
        var connectors = new Dictionary<string, TlsConnector?>(StringComparer.Ordinal);
        foreach (UpstreamOptions upstream in next.Upstreams)
        {
            if (before.TryGetValue(upstream.Name, out UpstreamGroup? known))
            {
                connectors.Add(upstream.Name, known.Prepare(upstream));
            }
        }

        UpstreamGroup[] added =
        [
            .. next.Upstreams.Where(u => !before.ContainsKey(u.Name))
                .Select(u => new UpstreamGroup(u, runtime, logger)),
        ];
        var after = new Dictionary<string, UpstreamGroup>(StringComparer.Ordinal);
        var retired = new List<UpstreamLink>();
        foreach (UpstreamOptions upstream in next.Upstreams)
        {
            if (before.TryGetValue(upstream.Name, out UpstreamGroup? group))
            {
                retired.AddRange(await group.ChangeAsync(upstream, connectors[upstream.Name], Patience, ending.Token)
                    .ConfigureAwait(false));
                after.Add(upstream.Name, group);
            }
        }

        foreach (UpstreamGroup group in added)
        {
            group.Start();
            after.Add(group.Name, group);
        }

        // A route must not move to an upstream that is still being connected.
        await Task.WhenAll(added.Select(group => group.WaitForOneAsync(Patience, ending.Token))).ConfigureAwait(false);
        groups = after;
        Server.Apply(next.Server, HandlersFor(next, after));
        foreach ((string name, UpstreamGroup group) in before)
        {
            if (!after.ContainsKey(name))
            {
                retired.AddRange(group.Links);
            }
        }

        foreach (UpstreamLink gone in leaving.Where(static pair => pair.Value.IsCompleted).Select(static p => p.Key))
        {
            leaving.TryRemove(gone, out _);
        }

        retired.ForEach(link => leaving.TryAdd(link, link.RetireAsync()));
    }

    /// <summary>Drains the clients while the upstreams still answer, then closes those.</summary>
    /// <returns>Client connections that were cut at the deadline.</returns>
    internal async Task<int> StopAsync(TimeSpan deadline)
    {
        await ending.CancelAsync().ConfigureAwait(false);
        long began = Stopwatch.GetTimestamp();
        Task<int> drained = Server.StopAsync(deadline);
        if (deadline > TimeSpan.Zero)
        {
            // What an upstream has not answered shortly before the deadline ends with an Error, which needs its way to
            // the client; a client that is cut would not know.
            TimeSpan reserve = deadline / 4 < ErrorsReserve ? deadline / 4 : ErrorsReserve;
            await EndsWithinAsync(drained, deadline - reserve).ConfigureAwait(false);
            _ = StopUpstreamsAsync();
        }

        int cut = await drained.ConfigureAwait(false);

        // A change that was under way may have made links since.
        await changing.WaitAsync().ConfigureAwait(false);
        changing.Release();
        Task stopped = StopUpstreamsAsync();

        // An upstream that still works for nobody does not answer the goodbye until it is done.
        TimeSpan left = deadline - Stopwatch.GetElapsedTime(began);
        await EndsWithinAsync(stopped, left > GoodbyeTime ? left : GoodbyeTime).ConfigureAwait(false);
        foreach (UpstreamLink link in AllLinks())
        {
            link.Cut();
        }

        await stopped.ConfigureAwait(false);
        runtime.Metrics.Remove(this);
        return cut;
    }

    private static async Task EndsWithinAsync(Task task, TimeSpan time) =>
        await task.WaitAsync(time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private Task StopUpstreamsAsync() => Task.WhenAll(AllLinks().Select(static link => link.StopAsync()));

    private IEnumerable<UpstreamLink> AllLinks() =>
        groups.Values.SelectMany(static group => group.Links).Concat(leaving.Keys);

    private static HandlerTable HandlersFor(RelayOptions options, Dictionary<string, UpstreamGroup> groups)
    {
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

        return handlers;
    }

    /// <inheritdoc/>
    public void Collect(MetricSnapshot snapshot)
    {
        foreach (UpstreamGroup group in groups.Values)
        {
            group.Collect(snapshot);
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync(TimeSpan.Zero).ConfigureAwait(false);
}
