using System;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Link;

/// <summary>Peers that read nothing hold all memory between them, each within its limits, and others go on.</summary>
[CancelAfter(60_000)]
internal sealed class PeerLinkMemoryTests
{
    private const int SmallPipeBytes = 4_096;
    private const int StalledBytes = 200_000;

    // The clock of these tests runs faster than the threads, so nothing else may have a limit.
    private static readonly LinkOptions calm = new()
    {
        HeartbeatInterval = TimeSpan.FromHours(1),
        SlowPeerTimeout = TimeSpan.FromHours(1),
        MemoryWaitTimeout = TimeSpan.FromHours(1),
    };

    private static readonly PacketHeader reply =
        new() { Type = PacketType.Echo, Flags = PacketFlags.Reply, Correlation = 1 };

    private static readonly LinkSettings noWish = new() { HeartbeatIntervalMs = 0 };

    [Test]
    public async Task Link_ThatWaitsLongToBeRead_GetsTheMemoryOfOneThatTakesNothing()
    {
        await using var harness = new LinkHarness(8 << 20);
        var links = new LinkList();
        harness.Runtime.AddRelief(links);
        (PeerLink stalled, TableSink stalledSink, _) = await StartStalledAsync(harness, links);
        (PeerLink other, _, RawPeer peer) = await harness.StartOpenAsync(calm, null, noWish);
        links.TryAdd(other, 10);
        var hog = new PoolHog(harness.Pool);
        Task sending = peer.SendAsync(RawPacket.Echo(1, new byte[100]));
        await Eventually.HoldsAsync(() => harness.Runtime.Counters.MemoryWaits > 0, "it waits for memory");
        Assert.That(stalled.IsOpen, "a moment's want is nobody's fault");

        await Eventually.HoldsAsync(() => stalledSink.IsClosed || harness.Tick(), "who takes nothing is closed");
        LinkClosed closed = await stalledSink.Closed;
        Assert.That((closed.Reason, closed.Detail), Is.EqualTo(
            (CloseReason.SlowConsumer, "it held the most unread bytes when others had waited long for memory")));
        Task<RawPacket> answer = peer.PacketAsync();
        await Eventually.HoldsAsync(() => answer.IsCompleted || harness.Tick(), "the other is read and answered");
        Assert.That((await answer).Payload, Has.Length.EqualTo(100));
        Assert.That(other.IsOpen);
        await sending;
        hog.Return();
        harness.Runtime.RemoveRelief(links);
    }

    [Test]
    public async Task Link_ThatWaitsLongToSend_GetsTheMemoryOfOneThatTakesNothing()
    {
        await using var harness = new LinkHarness(8 << 20);
        var links = new LinkList();
        harness.Runtime.AddRelief(links);
        (_, TableSink stalledSink, _) = await StartStalledAsync(harness, links);
        (PeerLink other, _, RawPeer peer) = await harness.StartOpenAsync(calm, null, noWish);
        links.TryAdd(other, 10);

        // A packet is queued while there is memory for a ring, and finds none to be gathered in.
        Assert.That(other.TrySend(reply, default, new byte[100]),
            Is.EqualTo(EnqueueStatus.Done));
        var hog = new PoolHog(harness.Pool, withReserve: true);
        other.Flush();
        Assert.That(harness.Runtime.Counters.MemoryWaits, Is.Positive);

        await Eventually.HoldsAsync(() => stalledSink.IsClosed || harness.Tick(), "who takes nothing is closed");
        Task<RawPacket> sent = peer.PacketAsync();
        await Eventually.HoldsAsync(() => sent.IsCompleted || harness.Tick(), "the other is sent to");
        Assert.That((await sent).Payload, Has.Length.EqualTo(100));
        hog.Return();
        harness.Runtime.RemoveRelief(links);
    }

    private static async Task<(PeerLink Link, TableSink Sink, RawPeer Peer)> StartStalledAsync(
        LinkHarness harness, LinkList links)
    {
        var started = await harness.StartOpenAsync(calm, null, noWish, pipeBytes: SmallPipeBytes);
        links.TryAdd(started.Link, 10);
        for (int i = 0; i < 3; i++)
        {
            Assert.That(started.Link.TrySend(reply, default, new byte[StalledBytes]), Is.EqualTo(EnqueueStatus.Done));
        }

        started.Link.Flush();
        return started;
    }
}
