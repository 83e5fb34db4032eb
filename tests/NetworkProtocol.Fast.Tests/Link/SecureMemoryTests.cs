using System;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Tests.Session;
using NetworkProtocol.Fast.Tests.Shared;
using NetworkProtocol.Fast.Transport;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Link;

/// <summary>What a secure session holds of the pool, and what it does when there is nothing left. Closing the harness
/// holds the pool to account.</summary>
[CancelAfter(60_000)]
internal sealed class SecureMemoryTests
{
    // More than three records.
    private const int LargeBytes = 200_000;

    private IdentityKey serverKey = null!;

    [OneTimeSetUp]
    public void MakeKey() => serverKey = IdentityKey.Create();

    [OneTimeTearDown]
    public void ReleaseKey() => serverKey.Dispose();

    [Test]
    public async Task IdleLink_OnceItIsCold_HoldsNoBlock()
    {
        await using var harness = new LinkHarness();
        using SecureServer security = Security(harness);
        (PeerLink link, SecureRawPeer peer) = await OpenAsync(harness, security);
        using SecureRawPeer session = peer;
        for (int i = 0; i < 50; i++)
        {
            await session.SendSealedAsync(RawPacket.Echo(1, new byte[2_000]));
            Assert.That((await session.PacketAsync()).Payload, Has.Length.EqualTo(2_000));
            harness.Time.Advance(TimerWheel.TickMs);
        }

        Assert.That(harness.LeasedBytes, Is.GreaterThan(0), "a hot link keeps what it has");
        Assert.That(SessionInside.AwakeCiphersOf(link), Is.EqualTo(2));

        // It asks us for a Pong, whose coming ends the receive that holds the block.
        Task<RawPacket> ping = session.PacketAsync();
        await Eventually.HoldsAsync(() => ping.IsCompleted || harness.Tick());
        Assert.That((await ping).Type, Is.EqualTo(PacketType.Ping));
        await session.SendSealedAsync(RawPacket.Bytes(
            new PacketHeader { Type = PacketType.Pong, Flags = PacketFlags.Reply }, string.Empty, default));
        await Eventually.HoldsAsync(() => harness.LeasedBytes == 0, "an idle link holds nothing");
        await Eventually.HoldsAsync(() => SessionInside.AwakeCiphersOf(link) == 0, "but its keys");
        await session.SendSealedAsync(RawPacket.Echo(2, "again"u8));
        Assert.That((await session.PacketAsync()).Correlation, Is.EqualTo(2));
    }

    [Test]
    public async Task HandshakeUnderWay_HoldsASmallBlockAtMost()
    {
        await using var harness = new LinkHarness();
        using SecureServer security = Security(harness);
        (TransportConnection near, TransportConnection far) = InMemoryTransport.CreatePair();
        harness.Start(near, far, security);
        using var peer = new SecureRawPeer(far);
        Assert.That(harness.LeasedBytes, Is.Zero, "whoever has sent nothing costs nothing");
        await peer.SendAsync(peer.Begin(serverKey, ManualTime.Origin));
        await Eventually.HoldsAsync(() => security.Limits.Counters.UnderWay == 1);
        Assert.That(harness.LeasedBytes, Is.LessThanOrEqualTo(3 * 64 << 10));
        await Eventually.HoldsAsync(() => harness.LeasedBytes == 0 || harness.Tick(),
            "whoever keeps the server waiting for the last message is cut, and costs nothing then");
    }

    [Test]
    public async Task Packet_WithoutMemory_IsAnsweredWithOverloadedAndTheLinkLivesOn(
        [Values(16, 5_000, 66_000)] int sentFirst)
    {
        await using var harness = new LinkHarness();
        using SecureServer security = Security(harness);
        (PeerLink link, SecureRawPeer peer) = await OpenAsync(harness, security);
        using SecureRawPeer session = peer;
        byte[] packet = RawPacket.Echo(7, new byte[LargeBytes]);
        await Eventually.HoldsAsync(() => harness.LeasedBytes == 0);
        await SendAsync(session, packet, 0, sentFirst);
        await Eventually.HoldsAsync(
            () => harness.Pool.Statistics.LeasedBlocks == 2, "a record and a packet have begun");
        var hog = new PoolHog(harness.Pool);
        Task sending = SendAsync(session, packet, sentFirst, packet.Length);
        Task<RawPacket> answer = AnswerAsync(session);
        await Eventually.HoldsAsync(() => answer.IsCompleted || harness.Tick());
        RawPacket error = await answer;
        Assert.That((error.Type, error.Correlation), Is.EqualTo((PacketType.Error, 7u)));
        Assert.That(error.Code, Is.EqualTo(ErrorCode.Overloaded));
        hog.Return();
        await Eventually.HoldsAsync(() => sending.IsCompleted || harness.Tick());
        await sending;
        Assert.That(link.IsOpen);
        Task<RawPacket> next = EchoAsync(session, 8, LargeBytes);
        await Eventually.HoldsAsync(() => next.IsCompleted || harness.Tick());
        Assert.That((await next).Payload, Has.Length.EqualTo(LargeBytes));
    }

    [Test]
    public async Task Record_WithoutMemory_WaitsUntilThereIsSome(
        [Values(100, 60_000)] int bytes, [Values] bool isLong)
    {
        await using var harness = new LinkHarness();
        using SecureServer security = Security(harness);
        (PeerLink link, SecureRawPeer peer) = await OpenAsync(harness, security);
        using SecureRawPeer session = peer;
        await Eventually.HoldsAsync(() => harness.LeasedBytes == 0);
        var hog = new PoolHog(harness.Pool);
        Task<RawPacket> echo = EchoAsync(session, 5, bytes);
        await Eventually.HoldsAsync(() => harness.Runtime.Counters.MemoryWaits > 3 || harness.Tick());
        if (isLong)
        {
            // Many heartbeat intervals: a side that cannot read has not heard the peer, and that is not his fault.
            await Eventually.HoldsAsync(() => harness.Time.Wheel.NowMs > 40_000 || harness.Tick());
        }

        Assert.That(echo.IsCompleted, Is.False);
        Assert.That(link.IsOpen, $"{link.ClosedAs}");
        hog.Return();
        await Eventually.HoldsAsync(() => echo.IsCompleted || harness.Tick());
        Assert.That((await echo).Payload, Has.Length.EqualTo(bytes));
    }

    [Test]
    public async Task Close_InAnyState_LeavesNothingLeased([Values(1, 30, 120, 5_000, 66_000)] int sentFirst)
    {
        await using var harness = new LinkHarness();
        using SecureServer security = Security(harness);
        (PeerLink link, SecureRawPeer peer) = await OpenAsync(harness, security);
        using SecureRawPeer session = peer;
        byte[] packet = RawPacket.Echo(7, new byte[LargeBytes]);
        await SendAsync(session, packet, 0, sentFirst);
        byte[] record = session.Seal(packet.AsSpan(sentFirst, 40_000));
        await session.SendAsync(record.AsMemory(0, 30_000));
        link.Close(CloseReason.Requested, "the test cuts it");
        await Eventually.HoldsAsync(() => harness.LeasedBytes == 0, "nothing is leased any more");
    }

    private SecureServer Security(LinkHarness harness) =>
        new(new SecureServerOptions { Identity = serverKey }, harness.Time);

    private static async Task<(PeerLink Link, SecureRawPeer Peer)> OpenAsync(
        LinkHarness harness, SecureServer security)
    {
        (TransportConnection near, TransportConnection far) = InMemoryTransport.CreatePair();
        (PeerLink link, TableSink sink) =
            harness.Start(near, far, security, new LinkOptions { HeartbeatInterval = TimeSpan.FromHours(1) });
        var peer = new SecureRawPeer(far);
        await peer.OpenAsync(now: ManualTime.Origin);
        await sink.Established;
        return (link, peer);
    }

    private static async Task<RawPacket> EchoAsync(SecureRawPeer peer, uint correlation, int bytes)
    {
        byte[] packet = RawPacket.Echo(correlation, new byte[bytes]);
        await SendAsync(peer, packet, 0, packet.Length);
        return await AnswerAsync(peer);
    }

    // While its time passes the link also pings.
    private static async Task<RawPacket> AnswerAsync(SecureRawPeer peer)
    {
        RawPacket packet;
        do
        {
            packet = await peer.PacketAsync();
        }
        while (packet.Type == PacketType.Ping);
        return packet;
    }

    private static async Task SendAsync(SecureRawPeer peer, byte[] bytes, int from, int to)
    {
        while (from < to)
        {
            int next = Math.Min(to - from, RecordLayout.PlaintextBytesMax);
            await peer.SendSealedAsync(bytes[from..(from + next)]);
            from += next;
        }
    }
}
