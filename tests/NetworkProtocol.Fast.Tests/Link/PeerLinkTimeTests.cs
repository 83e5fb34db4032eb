using System;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Link;

[CancelAfter(60_000)]
internal sealed class PeerLinkTimeTests
{
    private static readonly LinkOptions patient = new()
    {
        HeartbeatInterval = TimeSpan.FromSeconds(15),
        SlowPeerTimeout = TimeSpan.FromSeconds(10),
    };

    // The peer leaves the interval to the link.
    private static readonly LinkSettings noWish = new() { HeartbeatIntervalMs = 0 };

    [TestCase(1)]
    [TestCase(15)]
    [TestCase(60)]
    public async Task Heartbeat_OfASilentSide_PingsAtItsInterval(int seconds)
    {
        await using var harness = new LinkHarness();
        LinkOptions options = patient with { HeartbeatInterval = TimeSpan.FromSeconds(seconds) };
        (_, _, RawPeer peer) = await harness.StartOpenAsync(options, peerSettings: noWish);
        harness.Time.Advance((seconds * 1_000) - 200);
        await peer.ExpectNothingSentAsync();
        harness.Time.Advance((seconds * 1_000) + 200);
        Assert.That((await peer.PacketAsync()).Type, Is.EqualTo(PacketType.Ping));
    }

    [Test]
    public async Task Heartbeat_OfAPeerThatSaysNothing_EndsAfterThreeIntervals()
    {
        await using var harness = new LinkHarness();
        (PeerLink link, TableSink sink, _) = await harness.StartOpenAsync(patient, peerSettings: noWish);
        harness.Time.Advance(44_800);
        Assert.That(link.IsOpen, "within three intervals");
        harness.Time.Advance(400);
        Assert.That((await sink.Closed).Reason, Is.EqualTo(CloseReason.PeerDead));
    }

    [Test]
    public async Task Heartbeat_OfAPeerThatOnlySends_FindsItAlive()
    {
        await using var harness = new LinkHarness();
        (PeerLink link, TableSink sink, RawPeer peer) = await harness.StartOpenAsync(patient, peerSettings: noWish);
        byte[] oneWay = RawPacket.Bytes(
            new PacketHeader { Type = PacketType.Echo, Flags = PacketFlags.OneWay }, string.Empty, default);
        for (int i = 0; i < 6; i++)
        {
            harness.Time.Advance(20_000);
            int seen = sink.Packets;
            await peer.SendAsync(oneWay);
            await Eventually.HoldsAsync(() => sink.Packets > seen, "the packet was handled");
        }

        Assert.That(link.IsOpen);
    }

    [Test]
    public async Task Ping_WithAPayload_IsAnsweredWithIt()
    {
        await using var harness = new LinkHarness();
        (_, _, RawPeer peer) = await harness.StartOpenAsync();
        byte[] payload = new byte[64];
        new Random(1).NextBytes(payload);
        await peer.SendAsync(RawPacket.Bytes(
            new PacketHeader { Type = PacketType.Ping, Correlation = 7 }, string.Empty, payload));
        RawPacket pong = await peer.PacketAsync();
        Assert.That((pong.Type, pong.Correlation, pong.Header.IsReply), Is.EqualTo((PacketType.Pong, 7u, true)));
        Assert.That(pong.Payload, Is.EqualTo(payload));
    }

    [Test]
    public async Task Ping_OneWay_IsNotAnswered()
    {
        await using var harness = new LinkHarness();
        (_, _, RawPeer peer) = await harness.StartOpenAsync();
        await peer.SendAsync(RawPacket.Bytes(
            new PacketHeader { Type = PacketType.Ping, Flags = PacketFlags.OneWay }, string.Empty, default));
        await peer.ExpectNothingSentAsync();
    }

    [Test]
    public async Task ParkedLink_ForManyIntervals_IsNotTakenForDead()
    {
        await using var harness = new LinkHarness();
        var gate = new SwitchGate();
        (PeerLink link, TableSink sink, RawPeer peer) = await harness.StartOpenAsync(patient, peerSettings: noWish);
        sink.Before = (_, _) => gate.IsOpen ? null : gate;
        await peer.SendAsync(RawPacket.Echo(1, "x"u8));
        await Eventually.HoldsAsync(() => harness.Runtime.Counters.Pauses == 1, "the link is parked");
        harness.Time.Advance(200_000);
        Assert.That(link.IsOpen);
        gate.Open();
        while ((await peer.PacketAsync()).Type != PacketType.Echo)
        {
        }

        harness.Time.Advance(40_000);
        Assert.That(link.IsOpen, "the silence while it was parked does not count");
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task SlowPeer_ThatTakesNothing_IsClosedAtItsLimit(bool afterSilence)
    {
        await using var harness = new LinkHarness();
        LinkOptions options = patient with { HeartbeatInterval = TimeSpan.FromMinutes(5) };
        (PeerLink link, TableSink sink, _) =
            await harness.StartOpenAsync(options, peerSettings: noWish, pipeBytes: 4_096);
        harness.Time.Advance(afterSilence ? 30_000 : 100);
        Assert.That(link.TrySend(Reply, default, new byte[100_000]), Is.EqualTo(EnqueueStatus.Done));
        link.Flush();
        harness.Time.Advance(9_800);
        Assert.That(link.IsOpen, "before the limit");
        harness.Time.Advance(400);
        Assert.That((await sink.Closed).Reason, Is.EqualTo(CloseReason.SlowConsumer));
        Assert.That(harness.Runtime.Counters.SlowConsumers, Is.EqualTo(1));
    }

    [Test]
    public async Task SlowPeer_ThatTakesALittle_LivesOn()
    {
        await using var harness = new LinkHarness();
        (PeerLink link, TableSink sink, RawPeer peer) =
            await harness.StartOpenAsync(patient, peerSettings: noWish, pipeBytes: 4_096);
        for (int i = 0; i < 5; i++)
        {
            link.TrySend(Reply, default, new byte[20_000]);
            link.Flush();
            harness.Time.Advance(8_000);
            while ((await peer.PacketAsync()).Payload.Length != 20_000)
            {
            }

            await Eventually.HoldsAsync(() => link.QueuedBytes == 0, "the peer took it");
        }

        Assert.That(link.IsOpen);
    }

    [TestCase(20_000, true)]
    [TestCase(1_000, false)]
    public async Task SlowPeer_ThatTakesPartOfASendAtATime_LivesByWhatItTakes(int bytes, bool lives)
    {
        await using var harness = new LinkHarness();
        LinkOptions options = patient with { HeartbeatInterval = TimeSpan.FromMinutes(5) };
        (PeerLink link, TableSink sink, RawPeer peer) =
            await harness.StartOpenAsync(options, peerSettings: noWish, pipeBytes: 4_096);
        link.TrySend(Reply, default, new byte[200_000]);
        link.Flush();
        int before = link.Connection.UntakenBytes;
        for (int i = 0; i < 5 && link.IsOpen; i++)
        {
            await peer.TakeAsync(bytes);
            int taken = bytes * (i + 1);
            await Eventually.HoldsAsync(
                () => link.Connection.UntakenBytes <= before + 4_096 - taken, "room was filled again");
            harness.Time.Advance(8_000);
        }

        Assert.That(link.IsOpen, Is.EqualTo(lives));
        if (!lives)
        {
            Assert.That((await sink.Closed).Reason, Is.EqualTo(CloseReason.SlowConsumer));
        }
    }

    [Test]
    public async Task IdleLink_AfterItsOpening_HoldsNoMemory()
    {
        await using var harness = new LinkHarness();
        await harness.StartOpenAsync();
        await harness.StartOpenAsync();
        await Eventually.HoldsAsync(() => harness.LeasedBytes == 0, "an idle link holds no block");
    }

    [Test]
    public async Task IdleLink_AfterABurst_GivesItsMemoryBack()
    {
        await using var harness = new LinkHarness();
        (_, _, RawPeer peer) = await harness.StartOpenAsync();
        for (uint i = 1; i <= 50; i++)
        {
            await peer.SendAsync(RawPacket.Echo(i, "burst"u8));
            Assert.That((await peer.PacketAsync()).Correlation, Is.EqualTo(i));
        }

        Assert.That(harness.LeasedBytes, Is.Positive, "a hot link keeps its blocks");
        harness.Time.Advance(2_500);
        Assert.That((await peer.PacketAsync()).Type, Is.EqualTo(PacketType.Ping));
        await peer.SendAsync(RawPacket.Bytes(
            new PacketHeader { Type = PacketType.Pong, Flags = PacketFlags.Reply }, string.Empty, default));
        await Eventually.HoldsAsync(() => harness.LeasedBytes == 0, "a link gone quiet holds no block");
    }

    [Test]
    public async Task IdleLink_WhosePeerPingsToo_StaysCold()
    {
        await using var harness = new LinkHarness();
        (_, _, RawPeer peer) = await harness.StartOpenAsync();
        for (uint i = 1; i <= 10; i++)
        {
            await peer.SendAsync(RawPacket.Ping(i));
            Assert.That((await peer.PacketAsync()).Correlation, Is.EqualTo(i));
            await Eventually.HoldsAsync(() => harness.LeasedBytes == 0, "pings alone do not make a link hot");
        }
    }

    private static PacketHeader Reply => new() { Type = PacketType.Echo, Flags = PacketFlags.Reply, Correlation = 1 };
}
