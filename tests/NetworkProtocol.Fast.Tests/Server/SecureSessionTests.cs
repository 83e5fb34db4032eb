using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Tests.Session;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Server;

/// <summary>Secure sessions between the real server and the real client.</summary>
[CancelAfter(60_000)]
internal sealed class SecureSessionTests
{
    private IdentityKey serverKey = null!;
    private IdentityKey clientKey = null!;

    [OneTimeSetUp]
    public void MakeKeys()
    {
        serverKey = IdentityKey.Create();
        clientKey = IdentityKey.Create();
    }

    [OneTimeTearDown]
    public void ReleaseKeys()
    {
        serverKey.Dispose();
        clientKey.Dispose();
    }

    [Test]
    public async Task Echo_OfEverySize_ComesBackWhole(
        [Values] bool authenticates,
        [Values(0, 64, 32_700, 65_519, 65_520, 100_000, (1 << 20) - 3, 16 << 20)] int bytes)
    {
        await using var harness = new ServerHarness(secure: new SecureServerOptions { Identity = serverKey });
        await using PacketClient client = await harness.ConnectAsync(Trusting(authenticates));
        byte[] payload = new byte[bytes];
        new Random(bytes).NextBytes(payload);
        Task<PacketReply>[] replies =
            [.. Enumerable.Range(0, 3).Select(_ => client.RequestAsync("ECHO", payload).AsTask())];
        foreach (Task<PacketReply> pending in replies)
        {
            using PacketReply reply = await pending;
            Assert.That(reply.Payload.Span.SequenceEqual(payload));
        }

        Assert.That(client.ServerIdentity?.Fingerprint, Is.EqualTo(serverKey.Fingerprint));
    }

    [Test]
    public async Task Echo_OfMixedSizesInFlight_LosesAndSwapsNothing()
    {
        const int Requests = 4_000;
        await using var harness = new ServerHarness(secure: new SecureServerOptions { Identity = serverKey });
        await using PacketClient client = await harness.ConnectAsync(Trusting(authenticates: false));
        int seed = Environment.TickCount;
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        byte[][] payloads = [.. Enumerable.Range(0, Requests).Select(i =>
        {
            byte[] payload = new byte[i % 100 == 0 ? random.Next(200_000) : random.Next(3_000)];
            random.NextBytes(payload);
            return payload;
        })];
        Task<PacketReply>[] replies = [.. payloads.Select(p => client.RequestAsync("ECHO", p).AsTask())];
        for (int i = 0; i < Requests; i++)
        {
            using PacketReply reply = await replies[i];
            Assert.That(reply.Payload.Span.SequenceEqual(payloads[i]), $"reply {i}");
        }
    }

    [Test]
    public async Task Handler_OfAnAuthenticatingClient_SeesItsIdentity([Values] bool authenticates)
    {
        PeerIdentity? seen = null;
        HandlerTable handlers = new HandlerTable().Map("who", (ref PacketContext context) =>
        {
            seen = context.Peer.Identity;
            context.Reply("x"u8);
        });
        await using var harness = new ServerHarness(handlers, secure: new SecureServerOptions { Identity = serverKey });
        await using PacketClient client = await harness.ConnectAsync(Trusting(authenticates));
        using PacketReply reply = await client.RequestAsync("who", default);
        Assert.That(seen?.Fingerprint, Is.EqualTo(authenticates ? clientKey.Fingerprint : null));
    }

    [Test]
    public async Task ChannelBinding_IsTheSameAtBothEnds_AndInNoOtherSession()
    {
        HandlerTable handlers = new HandlerTable().Map(
            "binding", static (ref PacketContext context) => context.Reply(context.Peer.ChannelBinding.Span));
        await using var harness = new ServerHarness(handlers, secure: new SecureServerOptions { Identity = serverKey });
        await using PacketClient one = await harness.ConnectAsync(Trusting(authenticates: true));
        await using PacketClient two = await harness.ConnectAsync(Trusting(authenticates: true));
        using PacketReply ofOne = await one.RequestAsync("binding", default);
        using PacketReply ofTwo = await two.RequestAsync("binding", default);
        Assert.That(ofOne.Payload.ToArray(), Has.Length.EqualTo(32).And.EqualTo(one.ChannelBinding.ToArray()));
        Assert.That(ofTwo.Payload.ToArray(), Is.EqualTo(two.ChannelBinding.ToArray()));
        Assert.That(ofOne.Payload.ToArray(), Is.Not.EqualTo(ofTwo.Payload.ToArray()));
    }

    [TestCase(-4_000, "this clock is 4.0 s behind the server's")]
    [TestCase(4_000, "this clock is 4.0 s ahead of the server's")]
    [TestCase(1_000, null)]
    public async Task Connect_WithAClockALittleOff_HearsOfItBeforeItMatters(int skewMs, string? notice)
    {
        await using var harness = new ServerHarness(
            secure: new SecureServerOptions { Identity = serverKey }, manualTime: true);
        var wall = new WallTime();
        wall.Set(byMs: ManualTime.Origin.ToUnixTimeMilliseconds() + skewMs - wall.NowMs);
        using var skewed = new LinkRuntime(
            LinkRuntime.MemoryLimitBytesDefault, null, new TimerWheel(wall, manual: true));
        var notices = new List<string>();
        ClientOptions options = Trusting(authenticates: false);
        options = options with { Secure = options.Secure! with { Notice = notices.Add } };
        await using PacketClient client = await PacketClient.ConnectAsync(harness.Endpoint, skewed, options);
        Assert.That(notices, Has.Count.EqualTo(notice is null ? 0 : 1));
        Assert.That(string.Concat(notices), Does.StartWith(notice ?? string.Empty));
    }

    [Test]
    public async Task Connect_WithAClockFarOff_IsToldThatClocksMayBeWhy()
    {
        await using var harness = new ServerHarness(secure: new SecureServerOptions { Identity = serverKey });
        var wall = new WallTime();
        wall.Set(byMs: -wall.NowMs);
        using var otherTime = new LinkRuntime(
            LinkRuntime.MemoryLimitBytesDefault, null, new TimerWheel(wall, manual: true));

        PacketConnectionException? error = Assert.ThrowsAsync<PacketConnectionException>(
            () => PacketClient.ConnectAsync(harness.Endpoint, otherTime, Trusting(authenticates: false)));

        Assert.That(error!.Closed.Reason, Is.EqualTo(CloseReason.HandshakeFailed));
        Assert.That(error.Message, Does.Contain("this clock is wrong"));
    }

    private ClientOptions Trusting(bool authenticates) => new()
    {
        Secure = new SecureClientOptions
        {
            Trust = ServerTrust.Pinned(serverKey.Fingerprint),
            Identity = authenticates ? clientKey : null,
        },
    };
}
