using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Link;

[CancelAfter(60_000)]
internal sealed class FlushBatchTests
{
    [Test]
    public async Task Leave_WithMoreLinksThanABatchHolds_FlushesEveryLink()
    {
        await using var harness = new LinkHarness();
        var links = new List<(PeerLink Link, TableSink Sink, RawPeer Peer)>();
        for (int i = 0; i < 300; i++)
        {
            links.Add(await harness.StartOpenAsync());
        }

        AddAll(links.Select(static l => l.Link));
        foreach ((_, _, RawPeer peer) in links)
        {
            Assert.That((await peer.PacketAsync()).Correlation, Is.EqualTo(1));
            Assert.That((await peer.PacketAsync()).Correlation, Is.EqualTo(2));
        }
    }

    [Test]
    public async Task Add_InABatchInsideAnother_FlushesBoth()
    {
        await using var harness = new LinkHarness();
        (PeerLink outerLink, _, RawPeer outerPeer) = await harness.StartOpenAsync();
        (PeerLink innerLink, _, RawPeer innerPeer) = await harness.StartOpenAsync();
        Nest(outerLink, innerLink);
        Assert.That((await innerPeer.PacketAsync()).Correlation, Is.EqualTo(2));
        Assert.That((await outerPeer.PacketAsync()).Correlation, Is.EqualTo(1));
        Assert.That((await outerPeer.PacketAsync()).Correlation, Is.EqualTo(3));
    }

    [Test]
    public async Task Links_SharedByTheBatchesOfManyThreads_AreNeverLeftUnflushed()
    {
        const int Each = 10_000;
        const int Threads = 3;
        await using var harness = new LinkHarness();
        (PeerLink link, _, RawPeer peer) = await harness.StartOpenAsync();
        Task reading = Task.Run(async () =>
        {
            for (int i = 0; i < Each * Threads; i++)
            {
                await peer.PacketAsync();
            }
        });
        Task[] writing = [.. Enumerable.Range(0, Threads).Select(_ => OwnThread.Run(() =>
        {
            for (int i = 0; i < Each; i++)
            {
                AddAll([link], once: true);
            }
        }))];
        await Task.WhenAll(writing);
        await reading;
    }

    private static void AddAll(IEnumerable<PeerLink> links, bool once = false)
    {
        FlushBatch batch = FlushBatch.Enter(0, receiver: null);
        foreach (PeerLink link in links)
        {
            Send(link, 1, batch);
            if (!once)
            {
                Send(link, 2, batch);
            }
        }

        batch.Leave();
    }

    private static void Nest(PeerLink outerLink, PeerLink innerLink)
    {
        FlushBatch outer = FlushBatch.Enter(0, receiver: null);
        Send(outerLink, 1, outer);
        FlushBatch inner = FlushBatch.Enter(0, receiver: null);
        Assert.That(inner, Is.Not.SameAs(outer));
        Send(innerLink, 2, inner);
        inner.Leave();
        Send(outerLink, 3, outer);
        outer.Leave();
        FlushBatch next = FlushBatch.Enter(0, receiver: null);
        next.Leave();
        Assert.That(next, Is.SameAs(outer), "the thread's own batch is used again");
    }

    private static void Send(PeerLink link, uint correlation, FlushBatch batch)
    {
        while (link.TrySendErrorReply(correlation, ErrorCode.Timeout, "x") != EnqueueStatus.Done)
        {
            batch.FlushAll();
            Thread.Yield();
        }

        batch.Add(link);
    }
}
