using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Memory;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Link;

[CancelAfter(60_000)]
internal sealed class PeerLinkCloseTests
{
    private const int SmallPipeBytes = 4_096;

    [TestCase(5)]
    [TestCase(60)]
    [TestCase(40_000)]
    public async Task Peer_ThatClosesInTheMiddleOfAPacket_IsConnectionLost(int bytes)
    {
        await using var harness = new LinkHarness();
        (_, TableSink sink, RawPeer peer) = await harness.StartOpenAsync();
        await peer.SendAsync(RawPacket.Echo(1, new byte[100_000])[..bytes]);
        peer.Close();
        LinkClosed closed = await sink.Closed;
        Assert.That((closed.Reason, closed.ByPeer, closed.IsRetryable),
            Is.EqualTo((CloseReason.ConnectionLost, true, true)));
    }

    [Test]
    public async Task Peer_ThatClosesBetweenPackets_IsPeerClosed()
    {
        await using var harness = new LinkHarness();
        (_, TableSink sink, RawPeer peer) = await harness.StartOpenAsync();
        peer.Close();
        Assert.That((await sink.Closed).Reason, Is.EqualTo(CloseReason.PeerClosed));
    }

    [Test]
    public async Task HalfClosedClient_StillGetsItsAsynchronousReplies()
    {
        await using var harness = new LinkHarness();
        var hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        HandlerTable handlers = new HandlerTable().MapAsync("held", async r =>
        {
            await hold.Task;
            r.Reply(r.Payload.Span);
        });
        (_, TableSink sink, RawPeer peer) = await harness.StartOpenAsync(handlers: handlers);
        await peer.SendAsync([.. RawPacket.Named("held", 1, "a"u8), .. RawPacket.Named("held", 2, "b"u8)]);
        peer.ShutdownSend();
        await Eventually.HoldsAsync(() => sink.Packets == 2, "both are handled");
        hold.SetResult();
        uint[] answered = [(await peer.PacketAsync()).Correlation, (await peer.PacketAsync()).Correlation];
        Assert.That(answered, Is.EquivalentTo(new uint[] { 1, 2 }));
        await peer.ExpectCloseAsync();
        Assert.That((await sink.Closed).Reason, Is.EqualTo(CloseReason.PeerClosed));
    }

    [Test]
    public async Task HalfClosedClient_WithManyRepliesQueued_GetsThemAll()
    {
        await using var harness = new LinkHarness();
        (_, _, RawPeer peer) = await harness.StartOpenAsync(pipeBytes: SmallPipeBytes);
        Task sending = Task.Run(async () =>
        {
            await peer.SendAsync(
                [.. Enumerable.Range(1, 200).SelectMany(static i => RawPacket.Echo((uint)i, new byte[1_000]))]);
            peer.ShutdownSend();
        });
        for (uint i = 1; i <= 200; i++)
        {
            Assert.That((await peer.PacketAsync()).Correlation, Is.EqualTo(i));
        }

        await peer.ExpectCloseAsync();
        await sending;
    }

    [Test]
    public async Task Disconnect_WithRequestsUnderWay_ClosesAfterTheirReplies()
    {
        await using var harness = new LinkHarness();
        var hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        HandlerTable handlers = new HandlerTable().MapAsync("held", async _ => await hold.Task);
        (_, TableSink sink, RawPeer peer) = await harness.StartOpenAsync(handlers: handlers);
        await peer.SendAsync([.. RawPacket.Named("held", 1, default), .. RawPacket.Disconnect(ErrorCode.None)]);
        await Eventually.HoldsAsync(() => sink.Packets == 1, "the request is handled");
        hold.SetResult();
        Assert.That((await peer.PacketAsync()).Correlation, Is.EqualTo(1));
        await peer.ExpectCloseAsync();
        peer.Close();
        Assert.That((await sink.Closed).Reason, Is.EqualTo(CloseReason.PeerClosed));
    }

    [Test]
    public async Task Disconnect_WithNothingUnderWay_ClosesAtOnce()
    {
        await using var harness = new LinkHarness();
        (_, TableSink sink, RawPeer peer) = await harness.StartOpenAsync();
        await peer.SendAsync(RawPacket.Disconnect(ErrorCode.None));
        await peer.ExpectCloseAsync();
        peer.Close();
        Assert.That((await sink.Closed).Reason, Is.EqualTo(CloseReason.PeerClosed));
    }

    [Test]
    public async Task FaultyPeer_ThatKeepsSending_StillReadsTheError()
    {
        await using var harness = new LinkHarness();
        (_, TableSink sink, RawPeer peer) = await harness.StartOpenAsync(pipeBytes: SmallPipeBytes);
        Task<bool> sending = peer.TrySendAsync([.. "XX"u8, .. new byte[1 << 20]]);
        RawPacket error = await peer.PacketAsync();
        Assert.That((error.Type, error.Code), Is.EqualTo((PacketType.Error, ErrorCode.Malformed)));
        Assert.That(await sending, "all of it was taken and dropped");
        await peer.ExpectCloseAsync();
        peer.Close();
        Assert.That((await sink.Closed).Reason, Is.EqualTo(CloseReason.ProtocolError));
    }

    [Test]
    public async Task ConnectionError_FromThePeer_IsReportedWithItsText()
    {
        await using var harness = new LinkHarness();
        (_, TableSink sink, RawPeer peer) = await harness.StartOpenAsync();
        await peer.SendAsync(RawPacket.Error(0, ErrorCode.Internal, "out of order"));
        LinkClosed closed = await sink.Closed;
        Assert.That(closed.Reason, Is.EqualTo(CloseReason.RemoteError));
        Assert.That(closed.Detail, Does.Contain("out of order"));
    }

    [Test]
    public async Task Close_WhileParkedAtAGate_FinishesAndALateWakeUpHarmsNobody()
    {
        await using var harness = new LinkHarness();
        var gate = new SwitchGate();
        (PeerLink link, TableSink sink, RawPeer peer) = await harness.StartOpenAsync();
        sink.Before = (_, _) => gate.IsOpen ? null : gate;
        await peer.SendAsync(RawPacket.Echo(1, "x"u8));
        await Eventually.HoldsAsync(() => harness.Runtime.Counters.Pauses == 1, "the link is parked");
        link.Close(CloseReason.Requested, "parked");
        Assert.That(await sink.Closed, Is.EqualTo(new LinkClosed(CloseReason.Requested, "parked")));
        gate.Open();
        Assert.That(sink.Packets, Is.EqualTo(1), "nothing is offered after the end");
    }

    [Test]
    public async Task CloseAfterFlush_WhileParkedAtAGate_StillSendsWhatIsQueued()
    {
        await using var harness = new LinkHarness();
        var gate = new SwitchGate();
        (PeerLink link, TableSink sink, RawPeer peer) = await harness.StartOpenAsync();
        sink.Before = (_, _) => gate;
        await peer.SendAsync(RawPacket.Echo(1, "x"u8));
        await Eventually.HoldsAsync(() => harness.Runtime.Counters.Pauses == 1, "the link is parked");
        link.TrySendErrorReply(1, ErrorCode.Timeout, "last words");
        link.CloseAfterFlush(CloseReason.ShuttingDown, string.Empty);
        Assert.That((await peer.PacketAsync()).Text, Is.EqualTo("last words"));
        await peer.ExpectCloseAsync();
        peer.Close();
        await sink.Closed;
        gate.Open();
    }

    [Test]
    public async Task Close_FromManyThreadsAmidTraffic_EndsOnceWithTheFirstReason()
    {
        await using var harness = new LinkHarness();
        for (int round = 0; round < 200; round++)
        {
            (PeerLink link, TableSink sink, RawPeer peer) = await harness.StartOpenAsync(pipeBytes: SmallPipeBytes);
            Task<bool> sending = peer.TrySendAsync([.. Enumerable.Range(1, 20).SelectMany(
                i => RawPacket.Echo((uint)i, new byte[round % 2 == 0 ? 100 : 50_000]))]);
            using var start = new Barrier(4);
            Task[] closers = [.. Enumerable.Range(0, 4).Select(n => OwnThread.Run(() =>
            {
                start.SignalAndWait();
                switch (n)
                {
                    case 0:
                        link.Close(CloseReason.Requested, "closed");
                        break;
                    case 1:
                        link.CloseAfterFlush(CloseReason.Requested, "flushed");
                        break;
                    case 2:
                        link.TrySendErrorReply(0, ErrorCode.Internal, "text");
                        link.Flush();
                        break;
                    default:
                        link.Resume();
                        peer.Close();
                        break;
                }
            }))];
            await Task.WhenAll(closers);
            LinkClosed closed = await sink.Closed;
            Assert.That(closed.Reason, Is.Not.EqualTo(CloseReason.None));
            await sending;
        }
    }

    [Test]
    public async Task CloseAfterFlush_RacingWithASenderThatStops_AlwaysShutsTheSendingHalf()
    {
        await using var harness = new LinkHarness();
        for (int round = 0; round < 2_000; round++)
        {
            (PeerLink link, _, RawPeer peer) = await harness.StartOpenAsync();
            using var start = new Barrier(2);
            Task flushing = OwnThread.Run(() =>
            {
                start.SignalAndWait();
                link.TrySendErrorReply(9, ErrorCode.Timeout, "last");
                link.Flush();
            });
            start.SignalAndWait();
            Thread.SpinWait(round % 500);
            link.CloseAfterFlush(CloseReason.ShuttingDown, string.Empty);
            while (await peer.ReceiveAsync() is { } packet)
            {
                Assert.That(packet.Correlation, Is.EqualTo(9));
            }

            await flushing;
        }
    }

    [Test]
    public async Task Send_AfterTheEnd_IsRefusedAndTheBlockStaysTheCallers()
    {
        await using var harness = new LinkHarness();
        (PeerLink link, TableSink sink, _) = await harness.StartOpenAsync();
        link.Close(CloseReason.Requested, string.Empty);
        await sink.Closed;
        Assert.That(link.TrySend(new PacketHeader { Type = PacketType.Echo }, default, default),
            Is.EqualTo(EnqueueStatus.Closed));
        Assert.That(link.TrySendErrorReply(1, ErrorCode.Timeout, "x"), Is.EqualTo(EnqueueStatus.Closed));
        Assert.That(harness.Pool.TryRent(100, out BufferLease lease));
        Assert.That(link.TrySendBlock(lease, 0, 100), Is.EqualTo(EnqueueStatus.Closed));
        lease.Return();
        link.Flush();
        link.Resume();
        link.Close(CloseReason.Requested, string.Empty);
        link.CloseAfterFlush(CloseReason.Requested, string.Empty);
    }

    [Test]
    public async Task Send_LargerThanThePeerAccepts_IsTooLarge()
    {
        await using var harness = new LinkHarness();
        (PeerLink link, _, _) =
            await harness.StartOpenAsync(peerSettings: new LinkSettings { PayloadBytesMax = 2_000 });
        var header = new PacketHeader { Type = PacketType.Echo };
        Assert.That(link.TrySend(in header, default, new byte[2_001]), Is.EqualTo(EnqueueStatus.TooLarge));
        Assert.That(link.TrySend(in header, default, new byte[2_000]), Is.EqualTo(EnqueueStatus.Done));
    }
}
