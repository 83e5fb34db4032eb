using System;
using System.Linq;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Server;
using NetworkProtocol.Fast.Tests.Link;
using NetworkProtocol.Fast.Tests.Shared;
using NetworkProtocol.Fast.Transport;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Server;

[CancelAfter(60_000)]
internal sealed class PacketServerLifeTests
{
    private static readonly TimeSpan ample = TimeSpan.FromSeconds(30);

    [TestCase(PacketType.Subscribe, ErrorCode.UnknownType)]
    [TestCase((PacketType)16, ErrorCode.UnknownType)]
    [TestCase((PacketType)255, ErrorCode.UnknownType)]
    [TestCase((PacketType)300, ErrorCode.UnknownType)]
    [TestCase(PacketType.Custom, ErrorCode.NoRoute)]
    public async Task Request_ThatNobodyHandles_IsAnsweredWithItsError(PacketType type, ErrorCode code)
    {
        await using var harness = new ServerHarness();
        RawPeer peer = await harness.ConnectRawAsync();
        await peer.SendAsync(RawPacket.Bytes(new PacketHeader { Type = type, Correlation = 9 }, "nobody", "x"u8));
        RawPacket answer = await peer.PacketAsync();
        Assert.That((answer.Type, answer.Correlation, answer.Code), Is.EqualTo((PacketType.Error, 9u, code)));
        await peer.ExpectNothingSentAsync();
        peer.Close();
    }

    [Test]
    public async Task Reply_ThatNobodyAskedFor_IsCountedAndIgnored()
    {
        await using var harness = new ServerHarness();
        RawPeer peer = await harness.ConnectRawAsync();
        await peer.SendAsync(RawPacket.Bytes(
            new PacketHeader { Type = PacketType.Echo, Flags = PacketFlags.Reply, Correlation = 9 }, string.Empty,
            "x"u8));
        await peer.SendAsync(RawPacket.Error(9, ErrorCode.Internal, "not asked for"));
        await peer.ExpectNothingSentAsync();
        Assert.That(harness.Runtime.Counters.LateReplies, Is.EqualTo(2));
        peer.Close();
    }

    [Test]
    public async Task Stop_WithoutADeadline_WaitsForTheLastRequest()
    {
        var hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        HandlerTable handlers = new HandlerTable().MapAsync("held", async r =>
        {
            await hold.Task;
            r.Reply("done"u8);
        });
        await using var harness = new ServerHarness(handlers);
        await using PacketClient client = await harness.ConnectAsync();
        Task<PacketReply> request = client.RequestAsync("held", default).AsTask();
        await client.PingAsync();
        Task<int> stop = harness.Server.StopAsync(System.Threading.Timeout.InfiniteTimeSpan);
        await Eventually.HoldsAsync(() => client.Closed.IsCompleted || harness.Server.IsDraining, "it is draining");
        Assert.That(stop.IsCompleted, Is.False);
        hold.SetResult();
        using PacketReply reply = await request;
        Assert.That(await stop, Is.Zero, "nothing was cut");
    }

    [Test]
    public void Peer_ThatIsNobody_SaysSo()
    {
        Peer nobody = default;
        Assert.That(() => nobody.IsOpen, Throws.InvalidOperationException);
        Assert.That(() => nobody.TrySend("x", default), Throws.InvalidOperationException);
        Assert.That(nobody, Is.EqualTo(default(Peer)));
        Assert.That(nobody.GetHashCode(), Is.Zero);
    }

    [Test]
    public async Task Connections_BeyondTheirLimit_AreClosedUntilOneGoes()
    {
        await using var harness = new ServerHarness(connectionsMax: 2);
        RawPeer first = await harness.ConnectRawAsync();
        RawPeer second = await harness.ConnectRawAsync();
        RawPeer third = await harness.ConnectRawAsync(open: false);
        await third.ExpectCloseAsync();
        third.Close();
        Assert.That((harness.Server.Connections, harness.Server.ConnectionsRefused), Is.EqualTo((2, 1L)));
        await second.ExpectNothingSentAsync();
        first.Close();
        await Eventually.HoldsAsync(() => harness.Server.Connections == 1, "the first has gone");
        RawPeer fourth = await harness.ConnectRawAsync();
        await fourth.ExpectNothingSentAsync();
        second.Close();
        fourth.Close();
    }

    [Test]
    public async Task Connections_WhenMemoryIsShort_AreRefused()
    {
        await using var harness = new ServerHarness(memoryBytes: 2 << 20);
        var hog = new PoolHog(harness.Runtime.Pool);
        RawPeer refused = await harness.ConnectRawAsync(open: false);
        await refused.ExpectCloseAsync();
        refused.Close();
        hog.Return();
        RawPeer peer = await harness.ConnectRawAsync();
        peer.Close();
    }

    [Test]
    public async Task Stop_WithRequestsUnderWay_AnswersThemRefusesNewOnesAndCloses()
    {
        var hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        HandlerTable handlers = new HandlerTable().MapAsync("held", async _ => await hold.Task);
        await using var harness = new ServerHarness(handlers, manualTime: true);
        RawPeer peer = await harness.ConnectRawAsync();
        await peer.SendAsync([.. RawPacket.Named("held", 1, default), .. RawPacket.Ping(2)]);
        Assert.That((await peer.PacketAsync()).Correlation, Is.EqualTo(2), "the request before it is under way");
        Task<int> stopping = harness.Server.StopAsync(ample);
        RawPacket disconnect = await peer.PacketAsync();
        Assert.That((disconnect.Type, disconnect.Code), Is.EqualTo((PacketType.Disconnect, ErrorCode.ShuttingDown)));
        await peer.SendAsync(RawPacket.Echo(3, "late"u8));
        RawPacket refusal = await peer.PacketAsync();
        Assert.That((refusal.Correlation, refusal.Code), Is.EqualTo((3u, ErrorCode.ShuttingDown)));
        Assert.That(stopping.IsCompleted, Is.False);
        hold.SetResult();
        Assert.That((await peer.PacketAsync()).Correlation, Is.EqualTo(1));
        int inFlight = 1;
        await Eventually.HoldsAsync(
            () =>
            {
                harness.Server.Links.ForEach(link => inFlight = link.RequestsInFlight);
                return inFlight == 0;
            },
            "the request has ended");
        harness.Time.Advance(500);
        await peer.ExpectCloseAsync();
        peer.Close();
        Assert.That(await stopping, Is.Zero, "nothing was cut");
    }

    [Test]
    public async Task Stop_AtItsDeadline_CutsWhatIsLeft()
    {
        var hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        HandlerTable handlers = new HandlerTable().MapAsync("held", async _ => await hold.Task);
        await using var harness = new ServerHarness(handlers, manualTime: true);
        RawPeer peer = await harness.ConnectRawAsync();
        await peer.SendAsync([.. RawPacket.Named("held", 1, default), .. RawPacket.Ping(2)]);
        Assert.That((await peer.PacketAsync()).Correlation, Is.EqualTo(2));
        Assert.That(await harness.Server.StopAsync(TimeSpan.FromMilliseconds(1)), Is.EqualTo(1));
        Assert.That((await peer.PacketAsync()).Type, Is.EqualTo(PacketType.Disconnect));
        await peer.ExpectCloseAsync();
        hold.SetResult();
        peer.Close();
    }

    [Test]
    public async Task Stop_WithConnectionsThatNeverSaidHello_ClosesThem()
    {
        await using var harness = new ServerHarness(manualTime: true);
        RawPeer peer = await harness.ConnectRawAsync(open: false);
        await Eventually.HoldsAsync(() => harness.Server.Connections == 1, "it is accepted");
        Assert.That(await harness.Server.StopAsync(ample), Is.Zero);
        await peer.ExpectCloseAsync();
        peer.Close();
    }

    [Test]
    public async Task Stop_TwiceAndAmidNewConnections_LeavesNone()
    {
        for (int round = 0; round < 20; round++)
        {
            await using var harness = new ServerHarness();
            Endpoint endpoint = harness.Endpoint;
            Task[] connecting = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
            {
                try
                {
                    await using PacketClient client =
                        await PacketClient.ConnectAsync(endpoint, harness.Runtime, Plain.Client);
                    (await client.RequestAsync("ECHO", new byte[100])).Dispose();
                }
                catch (Exception e) when (e is TransportException or PacketConnectionException or PacketErrorException)
                {
                    // The server is going down.
                }
            }))];
            await Task.WhenAll(harness.Server.StopAsync(ample), harness.Server.StopAsync(ample));
            await Task.WhenAll(connecting);
        }
    }

    [Test]
    public async Task Start_Twice_IsRefused()
    {
        await using var harness = new ServerHarness();
        Assert.That(harness.Server.Start, Throws.InvalidOperationException);
    }

    [Test]
    public async Task Start_OnAnEndpointInUse_OpensNone()
    {
        await using var harness = new ServerHarness();
        using var runtime = new LinkRuntime();
        var options = new ServerOptions { Listeners = [Plain.Loopback, Plain.On(harness.Endpoint)] };
        await using var second = new PacketServer(options, new HandlerTable(), runtime);
        Assert.That(second.Start, Throws.InstanceOf<TransportException>());
    }

    [Test]
    public void Options_OutOfRange_AreRefused()
    {
        using var runtime = new LinkRuntime();
        var options = new ServerOptions { Listeners = [Plain.Loopback] };
        Assert.That(() => Make(options with { Listeners = [] }), Throws.ArgumentException);
        Assert.That(() => Make(options with { ConnectionsMax = 0 }), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => Make(options with { Link = new LinkOptions { SendRingBytes = 20_000 } }),
            Throws.ArgumentException.With.Message.Contains("power of two"));
        Assert.That(() => Make(options with { Link = new LinkOptions { PayloadBytesMax = 1 } }),
            Throws.ArgumentException);
        Assert.That(() => Make(options with { Link = new LinkOptions { HeartbeatInterval = TimeSpan.Zero } }),
            Throws.ArgumentException);

        PacketServer Make(ServerOptions o) => new(o, new HandlerTable(), runtime);
    }
}
