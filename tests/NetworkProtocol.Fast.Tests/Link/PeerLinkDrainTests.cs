using System;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Link;

[CancelAfter(60_000)]
internal sealed class PeerLinkDrainTests
{
    // No heartbeat of the link's own comes between the packets of a test.
    private static readonly LinkOptions calm = new() { HeartbeatInterval = TimeSpan.FromMinutes(5) };
    private static readonly LinkSettings noWish = new() { HeartbeatIntervalMs = 0 };

    [Test]
    public async Task Drain_AnswersWhatIsUnderWayAndThenCloses()
    {
        await using var harness = new LinkHarness();
        var hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        HandlerTable handlers = new HandlerTable().MapAsync("held", async _ => await hold.Task);
        (PeerLink link, TableSink sink, RawPeer peer) = await harness.StartOpenAsync(handlers: handlers);
        await peer.SendAsync(RawPacket.Named("held", 1, default));
        await Eventually.HoldsAsync(() => sink.Packets == 1, "the request is handled");
        link.Drain(ErrorCode.ShuttingDown, "going");
        link.Drain(ErrorCode.ShuttingDown, "going twice says it once");
        RawPacket disconnect = await peer.PacketAsync();
        Assert.That((disconnect.Type, disconnect.Code, disconnect.Text),
            Is.EqualTo((PacketType.Disconnect, ErrorCode.ShuttingDown, "going")));
        harness.Time.Advance(5_000);
        Assert.That(link.IsOpen, "a request is under way");
        hold.SetResult();
        while ((await peer.PacketAsync()).Correlation != 1)
        {
        }

        await Eventually.HoldsAsync(() => link.RequestsInFlight == 0, "the request has ended");
        harness.Time.Advance(500);
        await peer.ExpectCloseAsync();
        peer.Close();
        Assert.That((await sink.Closed).Reason, Is.EqualTo(CloseReason.ShuttingDown));
    }

    [Test]
    public async Task Drain_BeforeTheHello_ClosesAtOnce()
    {
        await using var harness = new LinkHarness();
        (PeerLink link, TableSink sink, _) = harness.Start();
        link.Drain(ErrorCode.ShuttingDown, "going");
        Assert.That((await sink.Closed).Reason, Is.EqualTo(CloseReason.ShuttingDown));
    }

    [TestCase(PacketType.Ping, false)]
    [TestCase(PacketType.Echo, true)]
    public async Task Drain_OfAPeerThatSendsWithoutPause_WaitsForRequestsOnly(PacketType type, bool waits)
    {
        await using var harness = new LinkHarness();
        (PeerLink link, TableSink sink, RawPeer peer) = await harness.StartOpenAsync(calm, peerSettings: noWish);
        await peer.SendAsync(RawPacket.Echo(1, "before"u8));
        Assert.That((await peer.PacketAsync()).Correlation, Is.EqualTo(1));
        link.Drain(ErrorCode.ShuttingDown, "going");
        Assert.That((await peer.PacketAsync()).Type, Is.EqualTo(PacketType.Disconnect));

        // Ten seconds, and never as much as the quiet quarter of a second without a packet.
        for (uint i = 2; i < 52 && link.IsOpen; i++)
        {
            await peer.SendAsync(
                RawPacket.Bytes(new PacketHeader { Type = type, Correlation = i }, string.Empty, default));
            Assert.That((await peer.PacketAsync()).Correlation, Is.EqualTo(i), "it is answered");
            await Eventually.HoldsAsync(() => link.RequestsInFlight == 0, "nothing is under way");
            harness.Time.Advance(200);
        }

        Assert.That(link.IsOpen, Is.EqualTo(waits));
        harness.Time.Advance(1_000);
        Assert.That(link.IsOpen, Is.False, "the peer is quiet now");
        await peer.ExpectCloseAsync();
        peer.Close();
        Assert.That((await sink.Closed).Reason, Is.EqualTo(CloseReason.ShuttingDown));
    }
}
