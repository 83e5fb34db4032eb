using System;
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
    /// <summary>Longest that a change waits for new nodes, all together, before their predecessors leave all the
    /// same.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // Before the end of a drain: time for Errors to reach the clients.
    private static readonly TimeSpan ErrorsReserve = TimeSpan.FromMilliseconds(500);

    // Time for upstreams to answer the goodbye when the deadline leaves none.
    private static readonly TimeSpan GoodbyeTime = TimeSpan.FromMilliseconds(250);

    private readonly ILogger logger;

    // A stop looks at it while a change may still add to it.
    private readonly RetiredLinks retired;

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
        retired = new RetiredLinks(logger);
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

    /// <summary>Whether it stops, or has.</summary>
    internal bool IsStopping => ending.IsCancellationRequested;

    /// <summary>
    /// Puts other routes, upstreams and limits into force without losing a request, and reads the certificates of
    /// listeners again: new links are made first, then all of it changes at once, then what is not needed any more ends
    /// its requests and closes. Listeners stay. One change after the other, each within <see cref="Patience"/>.
    /// </summary>
    /// <returns>False when the relay is stopping: nothing has changed.</returns>
    /// <exception cref="ArgumentException">The options are out of range or contradict; nothing has changed.</exception>
    /// <exception cref="Session.KeyFileException">A file of an upstream or a listener cannot be used; nothing has
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
        Action certificates = Server.PrepareCertificates();
        UpstreamChange[] changes =
        [
            .. next.Upstreams.Select(u => before.TryGetValue(u.Name, out UpstreamGroup? known)
                ? known.Prepare(u)
                : new UpstreamGroup(u, runtime, logger).AsAdded()),
        ];
        var after = changes.ToDictionary(static c => c.Group.Name, static c => c.Group, StringComparer.Ordinal);
        HandlerTable handlers = HandlersFor(next, after);

        // No request must go to an upstream that is still being connected. They connect side by side, so that one dead
        // node takes no longer than twenty.
        Array.ForEach(changes, static change => change.Start());
        await Task.WhenAll(changes.Select(change => change.WaitForOneAsync(Patience, ending.Token)))
            .ConfigureAwait(false);
        certificates();
        lock (retired.Gate)
        {
            Array.ForEach(changes, static change => change.Group.Apply(change));
            groups = after;
            Server.Apply(next.Server, handlers);
            foreach (UpstreamLink link in changes.SelectMany(static change => change.Leaving).Concat(
                before.Values.Where(group => !after.ContainsKey(group.Name)).SelectMany(static group => group.Links)))
            {
                retired.Add(link);
            }
        }
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
        groups.Values.SelectMany(static group => group.Links).Concat(retired.Leaving);

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
        lock (retired.Gate)
        {
            foreach (UpstreamGroup group in groups.Values)
            {
                group.Collect(snapshot);
            }

            retired.Collect(snapshot);
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync(TimeSpan.Zero).ConfigureAwait(false);
}
