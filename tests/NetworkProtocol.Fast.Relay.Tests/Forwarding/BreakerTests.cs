using System;
using System.Linq;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Diagnostics;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Relay.Forwarding;
using NetworkProtocol.Fast.Server;
using NetworkProtocol.Fast.Tests.Shared;
using NetworkProtocol.Fast.Transport;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Forwarding;

/// <summary>Nodes that are connected and yet fail what they are asked.</summary>
[TestFixture]
[CancelAfter(60_000)]
internal sealed class BreakerTests
{
    private const int Failures = 3;

    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Never = TimeSpan.FromHours(1);

    private LinkRuntime runtime = null!;
    private Func<PacketHeader, CancellationToken, Task<ErrorCode?>> mood = null!;
    private ScriptedUpstream node = null!;
    private int asked;

    private static CancellationToken Limit => TestContext.CurrentContext.CancellationToken;

    [SetUp]
    public void SetUp()
    {
        runtime = new LinkRuntime();
        asked = 0;
        mood = Answers(null);
        node = new ScriptedUpstream(ServeAsync);
    }

    [TearDown]
    public async Task TearDown()
    {
        await node.DisposeAsync();
        runtime.Dispose();
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Node_ThatFailsBesideAGoodOne_GetsNothingAfterTheTrip(bool isSilent)
    {
        mood = isSilent ? SilentAsync : Answers(ErrorCode.Overloaded);
        await using PacketServer good = GoodNode();
        await using RelayNode relay = await StartAsync(Never, node.Endpoint, good.Endpoints[0]);
        await using PacketClient client = await ConnectAsync(relay);
        int failed = 0;
        for (int i = 0; i < 300; i++)
        {
            failed += await EndOfAsync(client) is null ? 0 : 1;
        }

        Assert.That((failed, asked), Is.EqualTo((Failures, Failures)), "each failure was one of the node's");
        Assert.That(State(), Is.EqualTo(NodeBreaker.Open));
    }

    [Test]
    public async Task OnlyNode_WhoseBreakerIsOpen_GetsOneProbeAndThenAllAgain()
    {
        mood = Answers(ErrorCode.Overloaded);
        await using RelayNode relay = await StartAsync(Soon, node.Endpoint);
        await using PacketClient client = await ConnectAsync(relay);
        for (int i = 0; i < Failures; i++)
        {
            Assert.That((await EndOfAsync(client))!.Code, Is.EqualTo(ErrorCode.Overloaded));
        }

        // The first probe fails, the second is held.
        await Eventually.HoldsAsync(() => AskAsync().GetAwaiter().GetResult() == ErrorCode.Overloaded);
        var answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        int before = asked;
        mood = async (_, stop) =>
        {
            await answer.Task.WaitAsync(stop);
            return null;
        };
        Task<PacketErrorException?> probe = EndOfAsync(client);
        while (asked == before)
        {
            if (probe.IsCompleted)
            {
                probe = EndOfAsync(client);
            }

            await Task.Delay(1, Limit);
        }

        Assert.That(State(), Is.EqualTo(NodeBreaker.HalfOpen));
        PacketErrorException?[] others = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => EndOfAsync(client)));
        Assert.That(others.Select(static e => e?.Code), Is.All.EqualTo(ErrorCode.NoUpstream));
        Assert.That(others[0]!.Message, Does.Contain("every node of the upstream fails"));
        Assert.That((asked, probe.IsCompleted), Is.EqualTo((before + 1, false)));
        answer.SetResult();
        Assert.That(await probe, Is.Null);
        await Eventually.HoldsAsync(() => State() == NodeBreaker.Closed);
        Assert.That(await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => EndOfAsync(client))), Is.All.Null);

        async Task<ErrorCode?> AskAsync() => (await EndOfAsync(client))?.Code;
    }

    [Test]
    public async Task Connection_LostUnderManyRequests_IsOneFailure()
    {
        const int InFlight = 20;
        mood = (_, _) => asked == InFlight
            ? throw new OperationCanceledException("the node hangs up")
            : Task.FromResult<ErrorCode?>(ErrorCode.None);
        await using RelayNode relay = await StartAsync(Soon, node.Endpoint);
        await using PacketClient client = await ConnectAsync(relay);
        PacketErrorException?[] ends = await Task.WhenAll(
            Enumerable.Range(0, InFlight).Select(_ => EndOfAsync(client)));
        Assert.That(ends.Select(static e => e?.Code), Is.All.EqualTo(ErrorCode.NoUpstream));
        mood = Answers(null);
        await Eventually.HoldsAsync(() => relay.Upstreams["up"].IsConnected);
        Assert.That(await EndOfAsync(client), Is.Null);
    }

    [TestCase(ErrorCode.HandlerFailed, Failures)]
    [TestCase(ErrorCode.NoRoute, Failures)]
    [TestCase(ErrorCode.Overloaded, 0)]
    public async Task Errors_ThatAreAnswersOrWithoutABreaker_KeepTheNode(ErrorCode code, int failures)
    {
        mood = Answers(code);
        await using RelayNode relay = await StartAsync(Never, failures, node.Endpoint);
        await using PacketClient client = await ConnectAsync(relay);
        for (int i = 0; i < 5 * Failures; i++)
        {
            Assert.That((await EndOfAsync(client))!.Code, Is.EqualTo(code));
        }

        Assert.That(asked, Is.EqualTo(5 * Failures));
        Assert.That(State(), Is.EqualTo(NodeBreaker.Closed));
    }

    [Test]
    public async Task Failures_WithASuccessBetween_AreNotInARow()
    {
        mood = (_, _) => Task.FromResult<ErrorCode?>(asked % Failures == 0 ? null : ErrorCode.Overloaded);
        await using RelayNode relay = await StartAsync(Never, node.Endpoint);
        await using PacketClient client = await ConnectAsync(relay);
        for (int i = 0; i < 10 * Failures; i++)
        {
            Assert.That((await EndOfAsync(client))?.Code, Is.Null.Or.EqualTo(ErrorCode.Overloaded));
        }

        Assert.That(asked, Is.EqualTo(10 * Failures));
    }

    [Test]
    public async Task OneWayPackets_OfANodeThatWasOpen_GoThereWhenTheDelayHasPassed()
    {
        mood = Answers(ErrorCode.Overloaded);
        await using RelayNode relay = await StartAsync(Soon, node.Endpoint);
        await using PacketClient client = await ConnectAsync(relay);
        for (int i = 0; i < Failures; i++)
        {
            await EndOfAsync(client);
        }

        // Nobody asks any more, so nothing would ever close the breaker.
        int before = asked;
        await Eventually.HoldsAsync(() =>
        {
            client.SendAsync("up", "x"u8.ToArray(), Limit).AsTask().GetAwaiter().GetResult();
            return asked > before;
        });
    }

    private static Func<PacketHeader, CancellationToken, Task<ErrorCode?>> Answers(ErrorCode? code) =>
        (_, _) => Task.FromResult(code);

    // No reply at all.
    private static Task<ErrorCode?> SilentAsync(PacketHeader request, CancellationToken stop) =>
        Task.FromResult<ErrorCode?>(ErrorCode.None);

    private Task<PacketClient> ConnectAsync(RelayNode relay) =>
        PacketClient.ConnectAsync(relay.Endpoints[0], runtime, Plain.Client, Limit);

    private static async Task<PacketErrorException?> EndOfAsync(PacketClient client)
    {
        try
        {
            (await client.RequestAsync("up", "x"u8.ToArray(), null, Limit)).Dispose();
            return null;
        }
        catch (PacketErrorException e)
        {
            return e;
        }
    }

    // Null answers, None does not, any other code is an Error.
    private async Task ServeAsync(Socket socket, CancellationToken stop)
    {
        while (true)
        {
            PacketHeader request = await ScriptedUpstream.ReadPacketAsync(socket, stop);
            if (request.Type is PacketType.Ping or PacketType.Disconnect)
            {
                continue;
            }

            Interlocked.Increment(ref asked);
            ErrorCode? code = await mood(request, stop);
            if (code != ErrorCode.None && !request.IsOneWay)
            {
                await ScriptedUpstream.SendAsync(socket, new PacketHeader
                {
                    Type = code is null ? request.Type : PacketType.Error,
                    Flags = PacketFlags.Reply,
                    Correlation = request.Correlation,
                }, code is { } error ? [(byte)error, 0, .. "no"u8] : []);
            }
        }
    }

    private string State() => runtime.Metrics.Collect()[Metrics.UpstreamBreaker]
        .Single(s => s.Labels[1] == node.Endpoint.ToString() && s.Value > 0).Labels[2];

    private PacketServer GoodNode()
    {
        var server = new PacketServer(new ServerOptions { Listeners = [Plain.Loopback] },
            new HandlerTable().Map("up", static (ref PacketContext c) => c.Reply(c.Payload)), runtime);
        server.Start();
        return server;
    }

    private Task<RelayNode> StartAsync(TimeSpan delay, params Endpoint[] nodes) => StartAsync(delay, Failures, nodes);

    // With a second node the first one's silence must end soon, else nothing ends by time.
    private async Task<RelayNode> StartAsync(TimeSpan delay, int failures, params Endpoint[] nodes)
    {
        TimeSpan timeout = nodes.Length > 1 ? TimeSpan.FromMilliseconds(200) : TimeSpan.FromSeconds(30);
        var relay = new RelayNode(
            new RelayOptions
            {
                Server = new ServerOptions { Listeners = [Plain.Loopback] },
                Upstreams =
                [
                    new UpstreamOptions
                    {
                        Name = "up",
                        Nodes = nodes,
                        Session = SessionKind.Plain,
                        LinksPerNode = 1,
                        RequestTimeout = timeout,
                        ReconnectDelayMin = delay,
                        ReconnectDelayMax = delay,
                        Failures = failures,
                    },
                ],
                Routes = [new RouteOptions { Match = RouteMatch.Parse("up"), Target = "up" }],
            },
            runtime);
        relay.Start();
        await Eventually.HoldsAsync(() => relay.Upstreams["up"].Links.All(static l => l.Live is not null));
        return relay;
    }
}
