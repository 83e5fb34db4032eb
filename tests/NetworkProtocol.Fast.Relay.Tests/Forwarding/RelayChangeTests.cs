using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Configuration;
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
