using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Diagnostics;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Relay.Forwarding;
using NetworkProtocol.Fast.Server;
using NetworkProtocol.Fast.Tests.Shared;
using NetworkProtocol.Fast.Transport;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Forwarding;

/// <summary>Other options for a relay that runs, at awkward moments.</summary>
[TestFixture]
[CancelAfter(60_000)]
internal sealed class RelayChangeTests
{
    private LinkRuntime runtime = null!;
    private PacketServer[] nodes = null!;

    [SetUp]
    public void SetUp()
    {
        runtime = new LinkRuntime();
        nodes = [NewNode(), NewNode(), NewNode()];
    }

    [TearDown]
    public async Task TearDown()
    {
        foreach (PacketServer node in nodes)
        {
            await node.DisposeAsync();
        }

        runtime.Dispose();
    }

    [Test]
    public async Task Change_UnderWayWhenTheRelayStops_LeavesNoLinkBehind()
    {
        var relay = new RelayNode(Options(nodes[0].Endpoints[0]), runtime);
        relay.Start();
        await Eventually.HoldsAsync(() => nodes[0].Connections == 2);

        // Nobody listens at the new node, so the change waits for a link to it.
        Task<bool> change = relay.ApplyAsync(Options(Endpoint.Parse("unix:///nowhere/npfast.sock")));
        Assert.That(await relay.StopAsync(TimeSpan.Zero), Is.Zero);
        Assert.That(change.IsCompleted, "the stop is the end of the change as well");
        Assert.That(await change, Is.False);
        Assert.That(await relay.ApplyAsync(Options(nodes[1].Endpoints[0])), Is.False, "nothing changes any more");
        await Eventually.HoldsAsync(() => nodes[0].Connections == 0, "no link is left");
        Assert.That(nodes[1].ConnectionsAccepted, Is.Zero);
    }

    [Test]
    public async Task Changes_OfNodesAtAnyMoment_EndNoConnectionOfOneWayPackets(CancellationToken cancellation)
    {
        await using var relay = new RelayNode(Options(nodes[0].Endpoints[0]), runtime);
        relay.Start();
        await Eventually.HoldsAsync(() => nodes[0].Connections == 2);
        await using PacketClient client =
            await PacketClient.ConnectAsync(relay.Endpoints[0], runtime, Plain.Client, cancellation);
        using var stop = new CancellationTokenSource();
        Task sending = Task.Run(
            async () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    await client.SendAsync("orders.new", "x"u8.ToArray(), cancellation);
                }
            },
            cancellation);
        for (int i = 1; i <= 30; i++)
        {
            Assert.That(await relay.ApplyAsync(Options(
                [.. nodes.Take(1 + (i % nodes.Length)).Select(static n => n.Endpoints[0])])));
        }

        await stop.CancelAsync();
        await sending;
        Assert.That(client.Closed.IsCompleted, Is.False);
        using PacketReply reply = await client.RequestAsync("orders.new", "x"u8.ToArray(), null, cancellation);
    }

    [Test]
    public async Task Counters_OverChangesOfLinksAndNodes_NeverGoBackwards(CancellationToken cancellation)
    {
        await using var relay = new RelayNode(Options(nodes[0].Endpoints[0], nodes[1].Endpoints[0]), runtime);
        relay.Start();
        await Eventually.HoldsAsync(() => nodes[0].Connections == 2 && nodes[1].Connections == 2);
        await using PacketClient client =
            await PacketClient.ConnectAsync(relay.Endpoints[0], runtime, Plain.Client, cancellation);
        RelayOptions both = Options(nodes[0].Endpoints[0], nodes[1].Endpoints[0]);
        RelayOptions[] changes =
        [
            both with { Upstreams = [both.Upstreams[0] with { LinksPerNode = 1 }] },
            Options(nodes[0].Endpoints[0]),
            Options(nodes[2].Endpoints[0]),
            both with { Upstreams = [both.Upstreams[0] with { RequestTimeout = TimeSpan.FromSeconds(3) }] },
            both with { Upstreams = [], Routes = [] },
            both,
        ];
        Dictionary<string, double> before = Counters();
        foreach (RelayOptions change in changes)
        {
            for (int i = 0; i < 200 && relay.Upstreams.Count > 0; i++)
            {
                (await client.RequestAsync("orders.new", "x"u8.ToArray(), null, cancellation)).Dispose();
            }

            before = NotLess(before);
            Assert.That(await relay.ApplyAsync(change));
            int links = change.Upstreams.Sum(static u => u.LinksPerNode * u.Nodes.Count);

            // Also while the old links leave, and when they have ended.
            await Eventually.HoldsAsync(() =>
            {
                before = NotLess(before);
                return nodes.Sum(static n => n.Connections) == links;
            });
            before = NotLess(before);
        }

        Assert.That(before.Keys, Has.Some.Contains(nodes[2].Endpoints[0].ToString()), "also what is there no more");
        Assert.That(before.Where(static c => c.Key.StartsWith("npfast.upstream.packets", StringComparison.Ordinal)
            && c.Key.EndsWith("out", StringComparison.Ordinal)).Sum(static c => c.Value), Is.GreaterThan(800));
    }

    [Test]
    public async Task Node_ThatLeavesWithRequestsInFlight_IsSeenUntilItHasAnswered(CancellationToken cancellation)
    {
        var answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        HandlerTable handlers = new HandlerTable().MapAsync("orders.*", async request =>
        {
            await answer.Task;
            request.Reply(request.Payload.Span);
        });
        await using var slow = new PacketServer(
            new ServerOptions { Listeners = [Plain.Loopback] }, handlers, runtime);
        slow.Start();
        await using var relay = new RelayNode(Options(slow.Endpoints[0]), runtime);
        relay.Start();
        await Eventually.HoldsAsync(() => slow.Connections == 2);
        await using PacketClient client =
            await PacketClient.ConnectAsync(relay.Endpoints[0], runtime, Plain.Client, cancellation);
        Task<PacketReply> asked = client.RequestAsync("orders.new", "x"u8.ToArray(), null, cancellation).AsTask();
        await Eventually.HoldsAsync(() => InFlight() == 1);
        Assert.That(await relay.ApplyAsync(Options(nodes[1].Endpoints[0])));
        await Eventually.HoldsAsync(() => slow.Connections == 1, "the link without requests has left");
        Assert.That(InFlight(), Is.EqualTo(1), "the other is still seen");
        answer.SetResult();
        (await asked).Dispose();
        await Eventually.HoldsAsync(() => slow.Connections == 0 && InFlight() == 0);

        double InFlight() => runtime.Metrics.Collect()[Metrics.UpstreamInFlight].Sum(static s => s.Value);
    }

    private Dictionary<string, double> Counters()
    {
        MetricSnapshot now = runtime.Metrics.Collect();
        MetricDefinition[] counters =
        [
            Metrics.UpstreamConnects, Metrics.UpstreamLost, Metrics.UpstreamReconnects, Metrics.UpstreamPackets,
            Metrics.UpstreamBytes,
        ];
        return counters.SelectMany(metric => now[metric].Select(sample => (metric, sample))).ToDictionary(
            static pair => $"{pair.metric.Name} {string.Join(' ', pair.sample.Labels)}",
            static pair => pair.sample.Value);
    }

    private Dictionary<string, double> NotLess(Dictionary<string, double> before)
    {
        Dictionary<string, double> now = Counters();
        foreach ((string name, double value) in before)
        {
            Assert.That(now.GetValueOrDefault(name, -1), Is.GreaterThanOrEqualTo(value), name);
        }

        return now;
    }

    private static RelayOptions Options(params Endpoint[] to) => new()
    {
        Server = new ServerOptions { Listeners = [Plain.Loopback] },
        Upstreams = [new UpstreamOptions { Name = "orders", Nodes = to, Session = SessionKind.Plain }],
        Routes = [new RouteOptions { Match = RouteMatch.Parse("orders.*"), Target = "orders" }],
    };

    private PacketServer NewNode()
    {
        HandlerTable handlers = new HandlerTable().Map("orders.*", static (ref PacketContext c) => c.Reply(c.Payload));
        var node = new PacketServer(new ServerOptions { Listeners = [Plain.Loopback] }, handlers, runtime);
        node.Start();
        return node;
    }
}
