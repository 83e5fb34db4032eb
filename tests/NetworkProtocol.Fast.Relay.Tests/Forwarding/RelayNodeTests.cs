using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Relay.Forwarding;
using NetworkProtocol.Fast.Server;
using NetworkProtocol.Fast.Tests.Shared;
using NetworkProtocol.Fast.Transport;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Forwarding;

[TestFixture]
[CancelAfter(120_000)]
internal sealed class RelayNodeTests
{
    private LinkRuntime runtime = null!;
    private List<PacketServer> upstreams = null!;
    private RelayNode relay = null!;

    [SetUp]
    public void SetUp()
    {
        runtime = new LinkRuntime();
        upstreams = [NewUpstream("one", Loopback), NewUpstream("two", Loopback)];
        relay = NewRelay([.. upstreams.Select(static u => u.Endpoints[0])]);
    }

    [TearDown]
    public async Task TearDown()
    {
        await relay.DisposeAsync();
        foreach (PacketServer upstream in upstreams)
        {
            await upstream.DisposeAsync();
        }

        runtime.Dispose();
    }

    private static Endpoint Loopback => Endpoint.Parse("tcp://127.0.0.1:0");

    [Test]
    public async Task Request_OnEveryKindOfRoute_IsAnsweredByTheUpstream()
    {
        await using PacketClient client = await ConnectedAsync();
        Assert.That(await TextAsync(client.RequestAsync("orders.new", "x"u8.ToArray())), Is.EqualTo("orders.new:x"));
        Assert.That(await TextAsync(client.RequestAsync("exact", "y"u8.ToArray())), Is.EqualTo("exact:y"));
        Assert.That(await TextAsync(client.RequestAsync(300, "z"u8.ToArray())), Is.EqualTo(":z"));
        Assert.That(await TextAsync(client.RequestAsync(450, "z"u8.ToArray())), Is.EqualTo(":z"));
        Assert.That(await TextAsync(client.RequestAsync("ECHO", "local"u8.ToArray())), Is.EqualTo("local"));
    }

    [TestCase("nobody", ErrorCode.NoRoute)]
    [TestCase("orders.throw", ErrorCode.HandlerFailed)]
    [TestCase("dead.letter", ErrorCode.NoUpstream)]
    [TestCase("orders.never", ErrorCode.Timeout)]
    public async Task Request_ThatCannotBeAnswered_EndsWithItsError(string name, ErrorCode code)
    {
        await using PacketClient client = await ConnectedAsync();
        PacketErrorException? error =
            Assert.ThrowsAsync<PacketErrorException>(async () => (await client.RequestAsync(name, default)).Dispose());
        Assert.That(error!.Code, Is.EqualTo(code));
    }

    [Test]
    public async Task Payload_OfEverySize_ComesBackThroughTheRelay()
    {
        await using PacketClient client = await ConnectedAsync();
        foreach (int size in new[] { 0, 1, 4_000, 8_192, 32_750, 40_000, 65_536, 1 << 20, (16 << 20) - 64 })
        {
            byte[] payload = new byte[size];
            new Random(size).NextBytes(payload);
            using PacketReply reply = await client.RequestAsync("mirror", payload);
            Assert.That(reply.Payload.Span.SequenceEqual(payload), $"{size} bytes");
        }
    }

    [Test]
    public async Task Clients_ManyAtOnce_GetTheirOwnRepliesOnly()
    {
        await ConnectedAsync(static c => c.DisposeAsync());
        Task[] clients = [.. Enumerable.Range(0, 20).Select(async id =>
        {
            await using PacketClient client = await ConnectAsync();
            await Task.WhenAll(Enumerable.Range(0, 16).Select(async lane =>
            {
                for (int i = 0; i < 200; i++)
                {
                    string text = $"{id}.{lane}.{i}" + new string('x', (i * 37) % 3000);
                    Assert.That(await TextAsync(client.RequestAsync("mirror", Encoding.ASCII.GetBytes(text))),
                Is.EqualTo(text));
                }
            }));
        })];
        await Task.WhenAll(clients);
    }

    [Test]
    public async Task Upstream_KilledAndRestarted_EveryRequestEndsOnceAndTrafficRecovers()
    {
        await using PacketClient client = await ConnectedAsync();
        using var stop = new CancellationTokenSource();
        int replies = 0;
        int errors = 0;
        Task[] lanes = [.. Enumerable.Range(0, 32).Select(async _ =>
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    (await client.RequestAsync("mirror", new byte[100])).Dispose();
                    Interlocked.Increment(ref replies);
                }
                catch (PacketErrorException e) when (e.Code is ErrorCode.NoUpstream or ErrorCode.ShuttingDown)
                {
                    Interlocked.Increment(ref errors);
                }
            }
        })];
        await Eventually.HoldsAsync(() => Volatile.Read(ref replies) > 1000);
        Endpoint first = upstreams[0].Endpoints[0];
        await upstreams[0].DisposeAsync();
        int atKill = Volatile.Read(ref replies);
        await Eventually.HoldsAsync(() => Volatile.Read(ref replies) > atKill + 1000);
        upstreams[0] = NewUpstream("one again", first);
        await Eventually.HoldsAsync(() => upstreams[0].Connections == 2);
        int atReturn = Volatile.Read(ref replies);
        await Eventually.HoldsAsync(() => Volatile.Read(ref replies) > atReturn + 1000);
        await stop.CancelAsync();
        await Task.WhenAll(lanes);
        Assert.That(client.RequestsInFlight, Is.Zero);
        TestContext.Out.WriteLine($"{replies} replies, {errors} errors");
    }

    [Test]
    public async Task Upstream_ThatTakesOneRequestAtATime_DoesNotHoldUpTheOther()
    {
        var narrow = new LinkOptions { RequestsInFlightMax = 1, Software = "narrow" };
        HandlerTable never = new HandlerTable()
            .MapAsync("mirror", static async _ => await Task.Delay(Timeout.Infinite));
        await using var stuck = new PacketServer(
            new ServerOptions { Listeners = [Plain.Loopback], Link = narrow }, never, runtime);
        stuck.Start();
        await using RelayNode both = NewRelay([stuck.Endpoints[0], upstreams[0].Endpoints[0]]);
        await Eventually.HoldsAsync(() => stuck.Connections == 2 && upstreams[0].Connections == 4);
        await using PacketClient client = await ConnectAsync(both.Endpoints[0]);

        // Each of the two connections to the stuck node swallows one request at a time until its deadline; if the
        // others waited for those, two thousand would take a quarter of an hour.
        int replies = 0;
        await Task.WhenAll(Enumerable.Range(0, 16).Select(async _ =>
        {
            while (Volatile.Read(ref replies) < 2000)
            {
                TestContext.CurrentContext.CancellationToken.ThrowIfCancellationRequested();
                try
                {
                    (await client.RequestAsync("mirror", new byte[8])).Dispose();
                    Interlocked.Increment(ref replies);
                }
                catch (PacketErrorException e) when (e.Code is ErrorCode.Timeout or ErrorCode.NoUpstream)
                {
                    // Swallowed, or the sessions are not open yet on the relay's side.
                }
            }
        }));
    }

    [Test]
    public async Task Packet_WithoutHopsLeft_IsAnsweredWithHopLimit()
    {
        // A relay that forwards to itself: the hops run out.
        await using var selfServer = NewSelfRelay(out Endpoint self);
        await using PacketClient client = await ConnectAsync(self);
        await Eventually.HoldsAsync(() => selfServer.Server.Connections >= 3);
        PacketErrorException? error = Assert.ThrowsAsync<PacketErrorException>(
            async () => (await client.RequestAsync("anything", default)).Dispose());
        Assert.That(error!.Code, Is.EqualTo(ErrorCode.HopLimit));
    }

    private RelayNode NewSelfRelay(out Endpoint self)
    {
        string path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"npfast-self-{Guid.NewGuid():N}.sock");
        self = Endpoint.Parse("unix://" + path);
        var node = new RelayNode(new RelayOptions
        {
            Server = new ServerOptions { Listeners = [Plain.On(self)] },
            Upstreams = [new UpstreamOptions { Name = "self", Nodes = [self] }],
            Routes = [new RouteOptions { Match = RouteMatch.Parse("*"), Target = "self" }],
        }, runtime);
        node.Start();
        return node;
    }

    private RelayNode NewRelay(Endpoint[] nodes)
    {
        var node = new RelayNode(new RelayOptions
        {
            Server = new ServerOptions { Listeners = [Plain.Loopback] },
            Upstreams =
            [
                new UpstreamOptions
                {
                    Name = "up", Nodes = nodes, Session = SessionKind.Plain, RequestTimeout = TimeSpan.FromSeconds(1),
                },
                new UpstreamOptions { Name = "dead", Nodes = [Endpoint.Parse("unix:///nonexistent/npfast.sock")] },
            ],
            Routes =
            [
                new RouteOptions { Match = RouteMatch.Parse("exact"), Target = "up" },
                new RouteOptions { Match = RouteMatch.Parse("mirror"), Target = "up" },
                new RouteOptions { Match = RouteMatch.Parse("orders.*"), Target = "up" },
                new RouteOptions { Match = RouteMatch.Parse("300"), Target = "up" },
                new RouteOptions { Match = RouteMatch.Parse("400-499"), Target = "up" },
                new RouteOptions { Match = RouteMatch.Parse("dead.*"), Target = "dead" },
            ],
        }, runtime);
        node.Start();
        return node;
    }

    private PacketServer NewUpstream(string name, Endpoint endpoint)
    {
        HandlerTable handlers = new HandlerTable()
            .Map("*", static (ref PacketContext c) => c.Reply([.. c.Name, (byte)':', .. c.Payload]))
            .Map("mirror", static (ref PacketContext c) => c.Reply(c.Payload))
            .Map("orders.throw", static (ref PacketContext _) => throw new InvalidOperationException("on purpose"))
            .MapAsync("orders.never", static async _ => await Task.Delay(TimeSpan.FromSeconds(5)));
        var server = new PacketServer(
            new ServerOptions
            {
                Listeners = [Plain.On(endpoint)],
                Link = new LinkOptions { Software = name },
            },
            handlers, runtime);
        server.Start();
        return server;
    }

    private Task<PacketClient> ConnectAsync(Endpoint? to = null) =>
        PacketClient.ConnectAsync(to ?? relay.Endpoints[0], runtime, Plain.Client);

    // Upstream links connect in the background.
    private async Task<PacketClient> ConnectedAsync()
    {
        await Eventually.HoldsAsync(() => upstreams.All(static u => u.Connections == 2));
        return await ConnectAsync();
    }

    private async Task ConnectedAsync(Func<PacketClient, ValueTask> then) => await then(await ConnectedAsync());

    private static async Task<string> TextAsync(ValueTask<PacketReply> task)
    {
        using PacketReply reply = await task;
        return Encoding.ASCII.GetString(reply.Payload.Span);
    }
}
