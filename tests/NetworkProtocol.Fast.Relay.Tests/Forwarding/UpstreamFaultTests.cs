using System;
using System.Buffers.Binary;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Relay.Forwarding;
using NetworkProtocol.Fast.Tests.Shared;
using NetworkProtocol.Fast.Transport;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Forwarding;

/// <summary>Upstreams that misbehave.</summary>
[TestFixture]
[CancelAfter(60_000)]
internal sealed class UpstreamFaultTests
{
    private LinkRuntime runtime = null!;

    private static CancellationToken Limit => TestContext.CurrentContext.CancellationToken;

    [SetUp]
    public void SetUp() => runtime = new LinkRuntime();

    [TearDown]
    public void TearDown() => runtime.Dispose();

    [Test]
    public async Task Upstream_ThatOpensAndClosesAtOnce_IsReturnedToEverMoreSlowly()
    {
        const int Visits = 7;
        await using var upstream = new ScriptedUpstream(static (_, _) => Task.CompletedTask);
        long start = Stopwatch.GetTimestamp();
        await using RelayNode relay = Start(upstream.Endpoint, TimeSpan.FromSeconds(5));
        await Eventually.HoldsAsync(() => upstream.Connections >= Visits);

        // Half of each delay at least: 20, 40, 80, 160, 320 and 640 ms. At full speed it would be 20 ms each time.
        Assert.That(Stopwatch.GetElapsedTime(start), Is.GreaterThan(TimeSpan.FromMilliseconds(500)));
    }

    [Test]
    public async Task Upstream_ThatSaysDisconnectAndStays_IsClosedOnceItsLastReplyIsIn()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var upstream = new ScriptedUpstream(async (socket, stop) =>
        {
            PacketHeader request = await ScriptedUpstream.ReadPacketAsync(socket, stop);
            await ScriptedUpstream.SendDisconnectAsync(socket);
            await ScriptedUpstream.SendAsync(socket, ReplyTo(request), "last"u8.ToArray());
            if (await socket.ReceiveAsync(new byte[64], stop) == 0)
            {
                ended.TrySetResult();
            }
        });
        await using RelayNode relay = Start(upstream.Endpoint, TimeSpan.FromSeconds(30));
        await using PacketClient client = await PacketClient.ConnectAsync(relay.Endpoints[0], runtime, Plain.Client);
        using PacketReply reply = await RequestAsync(client);
        Assert.That(reply.Payload.ToArray(), Is.EqualTo("last"u8.ToArray()));
        await ended.Task.WaitAsync(Limit);
    }

    [TestCase(17 << 20, ErrorCode.TooLarge)]
    [TestCase(0, ErrorCode.DecompressionFailed)]
    public async Task Reply_ThatDeclaresWhatTheClientCannotTake_BecomesAnError(int declared, ErrorCode code)
    {
        byte[] payload = new byte[100_000];
        BinaryPrimitives.WriteInt32LittleEndian(payload, declared);
        await using var upstream = new ScriptedUpstream(async (socket, stop) =>
        {
            while (true)
            {
                PacketHeader request = await ScriptedUpstream.ReadPacketAsync(socket, stop);
                await ScriptedUpstream.SendAsync(socket,
                    ReplyTo(request) with { Flags = PacketFlags.Reply | PacketFlags.Lz4 }, payload);
            }
        });
        await using RelayNode relay = Start(upstream.Endpoint, TimeSpan.FromSeconds(30));
        await using PacketClient client = await PacketClient.ConnectAsync(relay.Endpoints[0], runtime, Plain.Client);
        PacketErrorException? error =
            Assert.CatchAsync<PacketErrorException>(async () => (await RequestAsync(client)).Dispose());
        Assert.That(error!.Code, Is.EqualTo(code));
        (await client.RequestAsync("ECHO", default)).Dispose();
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task ErrorPacket_IsAReplyByItsFlagAlone(bool isReply)
    {
        await using var upstream = new ScriptedUpstream(async (socket, stop) =>
        {
            PacketHeader request = await ScriptedUpstream.ReadPacketAsync(socket, stop);
            byte[] text = [(byte)ErrorCode.HandlerFailed, 0, .. "no"u8];
            await ScriptedUpstream.SendAsync(socket, new PacketHeader
            {
                Type = PacketType.Error,
                Flags = isReply ? PacketFlags.Reply : PacketFlags.None,
                Correlation = request.Correlation,
            }, text);
            await socket.ReceiveAsync(new byte[64], stop);
        });
        await using RelayNode relay = Start(upstream.Endpoint, TimeSpan.FromSeconds(30));
        await using PacketClient client = await PacketClient.ConnectAsync(relay.Endpoints[0], runtime, Plain.Client);
        PacketErrorException? error =
            Assert.CatchAsync<PacketErrorException>(async () => (await RequestAsync(client)).Dispose());
        Assert.That(error!.Code, Is.EqualTo(isReply ? ErrorCode.HandlerFailed : ErrorCode.NoUpstream));
    }

    [Test]
    public async Task Link_ThatFailsUnexpectedly_IsToldAndConnectsAgain()
    {
        const int UpstreamLost = 501;
        const int LinkFault = 506;
        var log = new FaultyLog(UpstreamLost, LinkFault);
        using var faulty = new LinkRuntime(loggers: log);
        await using var upstream = new ScriptedUpstream(static (_, _) => Task.CompletedTask);
        RelayNode relay = Start(upstream.Endpoint, TimeSpan.FromMilliseconds(20), faulty);
        await Eventually.HoldsAsync(() => upstream.Connections >= 3, "it goes on");
        Assert.That(log.Counted, Is.GreaterThan(0));
        await relay.DisposeAsync();
    }

    private static PacketHeader ReplyTo(PacketHeader request) => new()
    {
        Type = request.Type,
        Flags = PacketFlags.Reply,
        Correlation = request.Correlation,
    };

    // Until the relay has its connection, which it makes in the background.
    private static async Task<PacketReply> RequestAsync(PacketClient client)
    {
        while (true)
        {
            Limit.ThrowIfCancellationRequested();
            try
            {
                return await client.RequestAsync("up", default);
            }
            catch (PacketErrorException e) when (e.Code == ErrorCode.NoUpstream && e.Message.Contains("connected"))
            {
                await Task.Yield();
            }
        }
    }

    private RelayNode Start(Endpoint upstream, TimeSpan delayMax, LinkRuntime? with = null)
    {
        var node = new RelayNode(
            new RelayOptions
            {
                Server = new ServerOptions { Listeners = [Plain.Loopback] },
                Upstreams =
                [
                    new UpstreamOptions
                    {
                        Name = "up",
                        Nodes = [upstream],
                        Session = SessionKind.Plain,
                        LinksPerNode = 1,
                        ReconnectDelayMin = TimeSpan.FromMilliseconds(20),
                        ReconnectDelayMax = delayMax,
                    },
                ],
                Routes = [new RouteOptions { Match = RouteMatch.Parse("up"), Target = "up" }],
            },
            with ?? runtime);
        node.Start();
        return node;
    }
}
