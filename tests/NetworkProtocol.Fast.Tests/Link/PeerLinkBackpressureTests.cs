using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Link;

[CancelAfter(60_000)]
internal sealed class PeerLinkBackpressureTests
{
    private const int SmallPipeBytes = 4_096;

    // The clock of these tests runs faster than the threads, so nothing else may have a limit.
    private static readonly LinkOptions calm = new()
    {
        HeartbeatInterval = TimeSpan.FromHours(1),
        SlowPeerTimeout = TimeSpan.FromHours(1),
        MemoryWaitTimeout = TimeSpan.FromHours(1),
    };

    private static readonly LinkSettings noWish = new() { HeartbeatIntervalMs = 0 };

    [TestCase(16, 20_000)]
    [TestCase(4_000, 600)]
    [TestCase(30_000, 200)]
    [TestCase(100_000, 100)]
    [TestCase(1 << 20, 12)]
    public async Task Peer_ThatReadsOnlyLater_GetsEveryReplyOnce(int payloadBytes, int requests)
    {
        await using var harness = new LinkHarness();
        (PeerLink link, _, RawPeer peer) = await harness.StartOpenAsync(pipeBytes: SmallPipeBytes);
        Task sending = SendEchoesAsync(peer, payloadBytes, requests);
        await Eventually.HoldsAsync(() => harness.Runtime.Counters.Pauses > 0, "the link stops reading");
        Assert.That(sending.IsCompleted, Is.False, "so the peer cannot send all");
        Assert.That(link.QueuedBytes, Is.LessThan((1 << 20) + (2L * payloadBytes) + (128 << 10)));
        Assert.That(harness.LeasedBytes, Is.LessThan((4 << 20) + (4L * payloadBytes)));
        await ExpectEchoesAsync(peer, payloadBytes, requests);
        await sending;
        Assert.That(link.IsOpen);
    }

    [Test]
    public async Task Peer_ThatNeverReads_IsClosedAsSlowAndItsMemoryReturns()
    {
        await using var harness = new LinkHarness();
        (_, TableSink sink, RawPeer peer) = await harness.StartOpenAsync(pipeBytes: SmallPipeBytes);
        Task<bool> sending = peer.TrySendAsync([.. Enumerable.Range(1, 100).SelectMany(
            static i => RawPacket.Echo((uint)i, new byte[200_000]))]);
        await Eventually.HoldsAsync(() => harness.Runtime.Counters.Pauses > 0, "the link stops reading");
        harness.Time.Advance(10_200);
        Assert.That((await sink.Closed).Reason, Is.EqualTo(CloseReason.SlowConsumer));
        await Eventually.HoldsAsync(() => harness.LeasedBytes == 0, "its blocks are returned");
        Assert.That(await sending, Is.False);
    }

    [Test]
    public async Task Queue_AtItsHardLimit_ClosesThePeerAsSlow()
    {
        await using var harness = new LinkHarness();
        var options = new LinkOptions { SendQueueHighBytes = 1 << 20, SendQueueLimitBytes = 2 << 20 };
        HandlerTable handlers =
            new HandlerTable().Map("big", static (ref PacketContext c) => c.Reply(new byte[900_000]))
            .MapAsync("later", static async r =>
            {
                await Task.Yield();
                r.Reply(new byte[900_000]);
            });
        (_, TableSink sink, RawPeer peer) =
            await harness.StartOpenAsync(options, handlers, pipeBytes: SmallPipeBytes);
        await peer.SendAsync(
            [.. Enumerable.Range(1, 8).SelectMany(static i => RawPacket.Named("later", (uint)i, default))]);
        LinkClosed closed = await sink.Closed;
        Assert.That(closed.Reason, Is.EqualTo(CloseReason.SlowConsumer));
        Assert.That(closed.Detail, Does.Contain("hard limit"));
    }

    [TestCase(600, false)]
    [TestCase(600, true)]
    public async Task Replies_ToAllThatIsInFlight_FindRoomThoughThePeerStalls(int payloadBytes, bool fail)
    {
        const int InFlight = 1_024;
        await using var harness = new LinkHarness();
        var hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        HandlerTable handlers = new HandlerTable().MapAsync("held", async r =>
        {
            await hold.Task;
            if (fail)
            {
                r.Fail(ErrorCode.NoUpstream, new string('x', 100));
            }
            else
            {
                r.Reply(new byte[payloadBytes]);
            }
        });
        (PeerLink link, TableSink sink, RawPeer peer) =
            await harness.StartOpenAsync(calm, handlers, noWish, pipeBytes: SmallPipeBytes);
        Task sending = peer.SendAsync(
            [.. Enumerable.Range(1, InFlight).SelectMany(static i => RawPacket.Named("held", (uint)i, default))]);

        // The window of requests grows with each tick that they wait.
        await Eventually.HoldsAsync(() => link.RequestsInFlight == InFlight || harness.Tick(), "all are under way");
        await sending;
        hold.SetResult();
        await Eventually.HoldsAsync(() => link.RequestsInFlight == 0, "all are answered");
        Assert.That(link.IsOpen);
        var answered = new HashSet<uint>();
        for (int i = 0; i < InFlight; i++)
        {
            Assert.That(answered.Add((await peer.PacketAsync()).Correlation));
        }
    }

    [TestCase(PacketFlags.None)]
    [TestCase(PacketFlags.OneWay)]
    public async Task RequestsInFlight_AtTheirCap_PauseReadingUntilOneEnds(PacketFlags flags)
    {
        const int Cap = 4;
        await using var harness = new LinkHarness();
        var hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        HandlerTable handlers = new HandlerTable().MapAsync("held", async _ => await hold.Task);
        (PeerLink link, TableSink sink, RawPeer peer) =
            await harness.StartOpenAsync(new LinkOptions { RequestsInFlightMax = Cap }, handlers);
        byte[] one = RawPacket.Bytes(
            new PacketHeader { Type = PacketType.Custom, Flags = flags, Correlation = 1 }, "held", "x"u8);
        await peer.SendAsync([.. Enumerable.Repeat(one, 10).SelectMany(static b => b)]);
        await Eventually.HoldsAsync(() => harness.Runtime.Counters.Pauses == 1, "the link stops reading");
        Assert.That((link.RequestsInFlight, sink.Packets), Is.EqualTo((Cap, Cap)));
        hold.SetResult();
        await Eventually.HoldsAsync(() => sink.Packets == 10 && link.RequestsInFlight == 0, "all are handled");
        if (flags == PacketFlags.None)
        {
            for (int i = 0; i < 10; i++)
            {
                Assert.That((await peer.PacketAsync()).Header.IsReply);
            }
        }

        await peer.ExpectNothingSentAsync();
    }

    [Test]
    public async Task Packet_ThatTheMemoryHasNoRoomFor_IsAnsweredOverloadedAndTheLinkLivesOn()
    {
        await using var harness = new LinkHarness(2 << 20);
        LinkOptions options = calm with { MemoryWaitTimeout = TimeSpan.FromSeconds(5) };
        (PeerLink link, _, RawPeer peer) = await harness.StartOpenAsync(options, peerSettings: noWish);
        await EchoAsync(peer, 1, 100);
        var hog = new PoolHog(harness.Pool, blockBytesMin: 128 << 10);
        Task sending = peer.SendAsync(RawPacket.Echo(2, new byte[1 << 20]));
        await Eventually.HoldsAsync(() => harness.Runtime.Counters.MemoryWaits > 0, "the link waits for memory");
        await Eventually.HoldsAsync(() => sending.IsCompleted || harness.Tick(), "the payload is dropped as it comes");
        RawPacket answer = await SkipPingsAsync(peer);
        Assert.That((answer.Type, answer.Correlation), Is.EqualTo((PacketType.Error, 2u)));
        Assert.That(answer.Code, Is.EqualTo(ErrorCode.Overloaded));
        await EchoAsync(peer, 3, 100);
        hog.Return();
        await EchoAsync(peer, 4, 1 << 20);
        Assert.That(link.IsOpen);
    }

    [Test]
    public async Task Packet_ThatWaitsForMemory_IsHandledWhenThereIsSome()
    {
        await using var harness = new LinkHarness(2 << 20);
        (_, _, RawPeer peer) = await harness.StartOpenAsync(calm, peerSettings: noWish);
        var hog = new PoolHog(harness.Pool, blockBytesMin: 128 << 10);
        Task sending = peer.SendAsync(RawPacket.Echo(2, new byte[1 << 20]));
        await Eventually.HoldsAsync(() => harness.Runtime.Counters.MemoryWaits > 0, "the link waits for memory");
        harness.Time.Advance(1_000);
        hog.Return();
        await Eventually.HoldsAsync(() => sending.IsCompleted || harness.Tick(), "the packet is received");
        RawPacket reply = await SkipPingsAsync(peer);
        Assert.That((reply.Type, reply.Payload.Length), Is.EqualTo((PacketType.Echo, 1 << 20)));
    }

    [Test]
    public async Task Link_ThatWaitsForMemory_CanBeClosed()
    {
        await using var harness = new LinkHarness(2 << 20);
        (PeerLink link, TableSink sink, RawPeer peer) = await harness.StartOpenAsync();
        var hog = new PoolHog(harness.Pool, blockBytesMin: 128 << 10);
        Task<bool> sending = peer.TrySendAsync(RawPacket.Echo(2, new byte[1 << 20]));
        await Eventually.HoldsAsync(() => harness.Runtime.Counters.MemoryWaits > 0, "the link waits for memory");
        link.Close(CloseReason.Requested, string.Empty);
        await sink.Closed;
        hog.Return();
        Assert.That(await sending, Is.False);
    }

    [Test]
    public async Task Reply_WhenReceivingTookTheMemory_IsSentFromTheReserve()
    {
        await using var harness = new LinkHarness(2 << 20);
        HandlerTable handlers = new HandlerTable()
            .Map("big", static (ref PacketContext c) => c.Reply(new byte[60_000]));
        (_, _, RawPeer peer) = await harness.StartOpenAsync(calm, handlers, noWish);
        await EchoAsync(peer, 1, 100);
        var hog = new PoolHog(harness.Pool, 16 << 10);
        await peer.SendAsync(RawPacket.Named("big", 2, default));
        RawPacket reply = await SkipPingsAsync(peer);
        Assert.That((reply.Type, reply.Payload.Length), Is.EqualTo((PacketType.Custom, 60_000)));
        hog.Return();
    }

    [Test]
    public async Task Reply_ThatFindsNoMemoryAtAll_BecomesAnErrorAndTheLinkLivesOn()
    {
        await using var harness = new LinkHarness(2 << 20);
        HandlerTable handlers = new HandlerTable()
            .Map("big", static (ref PacketContext c) => c.Reply(new byte[500_000]));
        (PeerLink link, _, RawPeer peer) = await harness.StartOpenAsync(calm, handlers, noWish);
        await EchoAsync(peer, 1, 100);
        var hog = new PoolHog(harness.Pool, 128 << 10);
        await peer.SendAsync(RawPacket.Named("big", 2, default));
        RawPacket answer = await SkipPingsAsync(peer);
        Assert.That((answer.Type, answer.Correlation, answer.Code),
            Is.EqualTo((PacketType.Error, 2u, ErrorCode.Overloaded)));
        hog.Return();
        await peer.SendAsync(RawPacket.Named("big", 3, default));
        Assert.That((await SkipPingsAsync(peer)).Payload, Has.Length.EqualTo(500_000));
        Assert.That(link.IsOpen);
    }

    [Test]
    public async Task Memory_RunOutForReplies_ClosesThePeerThatHoldsTheMost()
    {
        await using var harness = new LinkHarness(8 << 20);
        var links = new LinkList();
        harness.Runtime.AddRelief(links);
        HandlerTable handlers = new HandlerTable()
            .Map("big", static (ref PacketContext c) => c.Reply(new byte[1 << 20]));
        (PeerLink greedy, TableSink greedySink, _) =
            await harness.StartOpenAsync(calm, handlers, noWish, pipeBytes: SmallPipeBytes);
        (PeerLink modest, TableSink modestSink, RawPeer peer) =
            await harness.StartOpenAsync(calm, handlers, noWish, pipeBytes: SmallPipeBytes);
        links.TryAdd(greedy, 10);
        links.TryAdd(modest, 10);
        while (greedy.TrySend(Reply(1), default, new byte[1 << 20]) == EnqueueStatus.Done)
        {
        }

        await peer.SendAsync(RawPacket.Named("big", 2, default));
        RawPacket answer = await SkipPingsAsync(peer);
        Assert.That((answer.Type, answer.Code), Is.EqualTo((PacketType.Error, ErrorCode.Overloaded)));
        Assert.That((await greedySink.Closed).Reason, Is.EqualTo(CloseReason.SlowConsumer));
        await peer.SendAsync(RawPacket.Named("big", 3, default));
        Assert.That((await SkipPingsAsync(peer)).Payload, Has.Length.EqualTo(1 << 20));
        Assert.That(modest.IsOpen);
        harness.Runtime.RemoveRelief(links);
    }

    [Test]
    public async Task Reply_ThatFindsNoMemory_ReachesThePeerLater()
    {
        await using var harness = new LinkHarness(2 << 20);
        (PeerLink link, _, RawPeer peer) = await harness.StartOpenAsync();
        Assert.That(link.TrySend(Reply(1), default, "queued"u8), Is.EqualTo(EnqueueStatus.Done));
        var hog = new PoolHog(harness.Pool, withReserve: true);
        link.Flush();
        await Eventually.HoldsAsync(() => harness.Runtime.Counters.MemoryWaits > 0, "the sender waits for memory");
        hog.Return();
        harness.Time.Advance(200);
        Assert.That((await peer.PacketAsync()).Payload, Is.EqualTo("queued"u8.ToArray()));
    }

    private static PacketHeader Reply(uint correlation) =>
        new() { Type = PacketType.Echo, Flags = PacketFlags.Reply, Correlation = correlation };

    private static async Task SendEchoesAsync(RawPeer peer, int payloadBytes, int requests)
    {
        for (uint i = 1; i <= requests; i++)
        {
            await peer.SendAsync(RawPacket.Echo(i, Payload(i, payloadBytes)));
        }
    }

    private static async Task ExpectEchoesAsync(RawPeer peer, int payloadBytes, int requests)
    {
        for (uint i = 1; i <= requests; i++)
        {
            RawPacket reply = await SkipPingsAsync(peer);
            Assert.That(reply.Correlation, Is.EqualTo(i));
            Assert.That(reply.Payload.AsSpan().SequenceEqual(Payload(i, payloadBytes)), $"reply {i}");
        }
    }

    private static byte[] Payload(uint seed, int bytes)
    {
        byte[] payload = new byte[bytes];
        new Random((int)seed).NextBytes(payload);
        return payload;
    }

    private static async Task EchoAsync(RawPeer peer, uint correlation, int bytes)
    {
        await peer.SendAsync(RawPacket.Echo(correlation, new byte[bytes]));
        RawPacket reply = await SkipPingsAsync(peer);
        Assert.That((reply.Type, reply.Correlation), Is.EqualTo((PacketType.Echo, correlation)));
    }

    private static async Task<RawPacket> SkipPingsAsync(RawPeer peer)
    {
        RawPacket packet;
        do
        {
            packet = await peer.PacketAsync();
        }
        while (packet.Type == PacketType.Ping);

        return packet;
    }
}
