using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using NUnit.Framework;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Memory;
using NetworkProtocol.Fast.Tests.Shared;

namespace NetworkProtocol.Fast.Tests.Link;

/// <summary>Large packets are received into blocks of their own, which travel on without a copy.</summary>
[CancelAfter(60_000)]
internal sealed class PeerLinkLargeTests
{
    private const int Packets = 6;
    private const int PipeBytes = 4 << 20;

    [TestCase(40_000)]
    [TestCase(65_536)]
    [TestCase(200_000)]
    public async Task Packets_ThatWaitInARow_HaveABlockEach(int payloadBytes)
    {
        await using var harness = new LinkHarness();
        (_, TableSink sink, RawPeer peer) = await harness.StartOpenAsync(pipeBytes: PipeBytes);
        var blocks = new List<BufferLease>();
        sink.Before = (link, _) =>
        {
            if (link.TryDetachPacket(out BufferLease lease, out int offset))
            {
                Assert.That(offset, Is.Zero, "nothing stands before it");
                blocks.Add(lease);
            }

            return null;
        };

        await peer.SendAsync([.. Enumerable.Range(1, Packets).SelectMany(i => Request((uint)i, payloadBytes))]);
        await AnswersAsync(peer, payloadBytes, Packets);
        Assert.That(blocks, Has.Count.EqualTo(Packets));
        blocks.ForEach(static lease => lease.Return());
    }

    [TestCase(40_000)]
    [TestCase(200_000)]
    public async Task SmallPackets_BehindALargeOne_AreReceivedTogether(int payloadBytes)
    {
        await using var harness = new LinkHarness();
        (PeerLink link, TableSink sink, RawPeer peer) = await harness.StartOpenAsync(pipeBytes: PipeBytes);
        await peer.SendAsync([
            .. Request(1, payloadBytes), .. Enumerable.Range(2, 999).SelectMany(static i => Request((uint)i, 100))]);
        await AnswersAsync(peer, payloadBytes, 1);
        for (int i = 0; i < 999; i++)
        {
            Assert.That((await peer.PacketAsync()).Payload, Has.Length.EqualTo(100));
        }

        Assert.That((link.IsOpen, sink.Packets), Is.EqualTo((true, 1_000)));
    }

    private static byte[] Request(uint correlation, int payloadBytes)
    {
        byte[] payload = new byte[payloadBytes];
        payload.AsSpan().Fill((byte)correlation);
        return RawPacket.Echo(correlation, payload);
    }

    private static async Task AnswersAsync(RawPeer peer, int payloadBytes, int count)
    {
        for (int i = 1; i <= count; i++)
        {
            byte[] payload = (await peer.PacketAsync()).Payload;
            Assert.That(payload, Has.Length.EqualTo(payloadBytes).And.All.EqualTo((byte)i));
        }
    }
}
