using System;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Tests.Link;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Server;

/// <summary>How secure sessions end, and that each side can tell an end from a cut.</summary>
[CancelAfter(60_000)]
internal sealed class SecureEndTests : SecureFixture
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Test]
    public async Task Connection_CutBetweenRecords_IsTruncatedForBothSides([Values] bool authenticates)
    {
        await using ServerHarness harness = StartServer();
        await using var proxy = new FrameProxy(harness.Endpoint);
        await using PacketClient client =
            await harness.ConnectAsync(Pinned(authenticates ? ClientKey : null), proxy.Endpoint);
        await EchoAsync(client);
        proxy.CutAll();
        AssertEnded(await client.Closed.WaitAsync(Patience), CloseReason.Truncated, "without a Disconnect");
        AssertEnded(await Log.NextAsync(), CloseReason.Truncated, "without a Disconnect");
        PacketConnectionException? error = Assert.ThrowsAsync<PacketConnectionException>(() => EchoAsync(client));
        Assert.That(error!.Message, Does.Contain("Truncated").And.Contains("somebody may have cut it"));
        await AssertHonestEchoAsync(harness);
    }

    [Test]
    public async Task Direction_CutBetweenRecords_IsTruncatedForItsReceiver([Values] bool towardsServer)
    {
        await using ServerHarness harness = StartServer();
        ProxiedConnection? connection = null;
        await using var proxy = new FrameProxy(harness.Endpoint, (at, frame) =>
        {
            connection = at;
            return at.ForwardAsync(frame);
        });
        await using PacketClient client = await harness.ConnectAsync(Pinned(), proxy.Endpoint);
        await EchoAsync(client);
        connection!.CutTowards(towardsServer);
        if (towardsServer)
        {
            AssertEnded(await Log.NextAsync(), CloseReason.Truncated);
            Assert.That((await client.Closed.WaitAsync(Patience)).Reason,
                Is.AnyOf(CloseReason.Truncated, CloseReason.ConnectionLost));
        }
        else
        {
            AssertEnded(await client.Closed.WaitAsync(Patience), CloseReason.Truncated);
            Assert.That((await Log.NextAsync()).Reason, Is.AnyOf(CloseReason.Truncated, CloseReason.ConnectionLost));
        }

        await AssertHonestEchoAsync(harness);
    }

    [Test]
    public async Task ClientClose_InOrder_IsNoTruncation()
    {
        await using ServerHarness harness = StartServer();
        await using PacketClient client = await harness.ConnectAsync(Pinned());
        await EchoAsync(client);
        await client.CloseAsync(Patience);
        AssertEnded(await client.Closed, CloseReason.Requested);
        AssertEnded(await Log.NextAsync(), CloseReason.PeerClosed);
        await AssertHonestEchoAsync(harness);
    }

    [Test]
    public async Task ClientDispose_InOrder_IsNoTruncation([Values] bool afterEcho)
    {
        await using ServerHarness harness = StartServer();
        for (int i = 0; i < 50; i++)
        {
            PacketClient client = await harness.ConnectAsync(Pinned());
            if (afterEcho)
            {
                await EchoAsync(client);
            }

            await client.DisposeAsync();
            AssertEnded(await client.Closed, CloseReason.Requested);
            AssertEnded(await Log.NextAsync(), CloseReason.PeerClosed);
        }

        await AssertHonestEchoAsync(harness);
    }

    [Test]
    public async Task ServerStop_InOrder_IsNoTruncation([Values] bool atOnce)
    {
        await using ServerHarness harness = StartServer();
        await using PacketClient client = await harness.ConnectAsync(Pinned());
        await EchoAsync(client);
        await harness.Server.StopAsync(atOnce ? TimeSpan.Zero : Patience);
        AssertEnded(await client.Closed.WaitAsync(Patience), CloseReason.PeerClosed, "ShuttingDown");
        Assert.That((await Log.NextAsync()).Reason, Is.AnyOf(CloseReason.ShuttingDown, CloseReason.PeerClosed));
    }

    [Test]
    public async Task HalfClose_WithoutDisconnect_IsTruncation()
    {
        await using ServerHarness harness = StartServer();
        using SecureRawPeer peer = await SecureRawPeer.ConnectAsync(harness.Endpoint);
        await peer.OpenAsync();
        peer.ShutdownSend();
        Assert.That(await peer.ReceiveAsync(), Is.Null, "closed without a goodbye");
        AssertEnded(await Log.NextAsync(), CloseReason.Truncated, "without a Disconnect");
        await AssertHonestEchoAsync(harness);
    }

    [Test]
    public async Task HalfClose_AfterDisconnect_StillBringsTheReplies()
    {
        await using ServerHarness harness = StartServer();
        using SecureRawPeer peer = await SecureRawPeer.ConnectAsync(harness.Endpoint);
        await peer.OpenAsync();
        await peer.SendSealedAsync([.. RawPacket.Echo(1, "x"u8), .. RawPacket.Disconnect(default)]);
        peer.ShutdownSend();
        RawPacket reply = await peer.PacketAsync();
        Assert.That((reply.Type, reply.Correlation), Is.EqualTo((PacketType.Echo, 1u)));
        Assert.That((await peer.PacketAsync()).Type, Is.EqualTo(PacketType.Disconnect), "so we know that it is all");
        Assert.That(await peer.ReceiveAsync(), Is.Null);
        AssertEnded(await Log.NextAsync(), CloseReason.PeerClosed);
        await AssertHonestEchoAsync(harness);
    }
}
