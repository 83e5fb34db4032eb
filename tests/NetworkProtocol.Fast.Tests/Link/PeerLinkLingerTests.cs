using System;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Link;

/// <summary>A link that closes after what it has queued: how long its peer may take for that.</summary>
[CancelAfter(60_000)]
internal sealed class PeerLinkLingerTests
{
    private const int PacketBytes = 200_000;
    private const int PipeBytes = 4_096;

    private static readonly LinkOptions calm = new()
    {
        HeartbeatInterval = TimeSpan.FromMinutes(5),
        SlowPeerTimeout = TimeSpan.FromSeconds(10),
    };

    private static readonly LinkSettings noWish = new() { HeartbeatIntervalMs = 0 };

    [Test]
    public async Task LingeringLink_WhosePeerNeverCloses_IsCutAtTheLimit()
    {
        await using var harness = new LinkHarness();
        (PeerLink link, TableSink sink, RawPeer peer) = await harness.StartOpenAsync();
        link.CloseAfterFlush(CloseReason.ShuttingDown, "enough");
        await peer.ExpectCloseAsync();
        harness.Time.Advance(1_900);
        Assert.That(link.IsClosed, Is.False, "within two seconds");
        harness.Time.Advance(200);
        Assert.That(await sink.Closed, Is.EqualTo(new LinkClosed(CloseReason.ShuttingDown, "enough")));
    }

    [Test]
    public async Task LingeringLink_WhosePeerTakesRepliesSlowly_IsNotCutBeforeTheyAreOut()
    {
        const int TakenBytes = 20_000;
        await using var harness = new LinkHarness();
        (PeerLink link, TableSink sink, RawPeer peer) =
            await harness.StartOpenAsync(calm, peerSettings: noWish, pipeBytes: PipeBytes);
        QueueReply(link);
        link.CloseAfterFlush(CloseReason.ShuttingDown, "enough");

        // Eight seconds for each piece: far over the two seconds of a peer that has everything, within the slow limit.
        int untaken = PacketBytes;
        while (untaken > 0)
        {
            harness.Time.Advance(8_000);
            Assert.That(link.IsClosed, Is.False, $"{untaken} bytes are still to be taken");
            await peer.TakeAsync(TakenBytes);
            untaken -= TakenBytes;
            int left = untaken;
            await Eventually.HoldsAsync(() => link.Connection.UntakenBytes <= left, "room was filled again");
        }

        await peer.ExpectCloseAsync();
        peer.Close();
        Assert.That(await sink.Closed, Is.EqualTo(new LinkClosed(CloseReason.ShuttingDown, "enough")));
        Assert.That(harness.Runtime.Counters.SlowConsumers, Is.Zero);
    }

    [TestCase(0)]
    [TestCase(30_000)]
    public async Task LingeringLink_WhosePeerTakesNothingMore_IsCutAtTheSlowLimit(int takenBytes)
    {
        await using var harness = new LinkHarness();
        (PeerLink link, TableSink sink, RawPeer peer) =
            await harness.StartOpenAsync(calm, peerSettings: noWish, pipeBytes: PipeBytes);
        QueueReply(link);
        link.CloseAfterFlush(CloseReason.ShuttingDown, "enough");
        if (takenBytes > 0)
        {
            // What is taken starts the limit anew at the next look, a second later at most.
            harness.Time.Advance(5_000);
            await peer.TakeAsync(takenBytes);
            await Eventually.HoldsAsync(
                () => link.Connection.UntakenBytes <= PacketBytes - takenBytes, "room was filled again");
            harness.Time.Advance(1_000);
        }

        harness.Time.Advance(8_800);
        Assert.That(link.IsClosed, Is.False, "before the limit");
        harness.Time.Advance(1_400);
        Assert.That(link.IsClosed, "at the limit");
        Assert.That((await sink.Closed).Reason, Is.EqualTo(CloseReason.ShuttingDown), "the first reason holds");
        Assert.That(harness.Runtime.Counters.SlowConsumers, Is.EqualTo(1));
    }

    private static void QueueReply(PeerLink link)
    {
        var header = new PacketHeader { Type = PacketType.Echo, Flags = PacketFlags.Reply, Correlation = 1 };
        Assert.That(link.TrySend(in header, default, new byte[PacketBytes - PacketHeader.BytesCount]),
            Is.EqualTo(EnqueueStatus.Done));
    }
}
