using System;
using System.Threading.Tasks;
using NUnit.Framework;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Tests.Shared;

namespace NetworkProtocol.Fast.Tests.Link;

/// <summary>How long a packet may be incomplete: the slow peer limit, and a millisecond for each 64 bytes that have
/// come.</summary>
[CancelAfter(60_000)]
internal sealed class PeerLinkPartialTests
{
    private const int LargeBytes = 1 << 20;

    // A send of the peer ends only when the link has taken all but a few of its bytes; small packets of the link fit.
    private const int PipeBytes = 4_096;

    private static readonly LinkOptions calm = new()
    {
        HeartbeatInterval = TimeSpan.FromMinutes(5),
        SlowPeerTimeout = TimeSpan.FromSeconds(10),
    };

    private static readonly LinkSettings noWish = new() { HeartbeatIntervalMs = 0 };

    [TestCase(1_000, 500, 10_000)]
    [TestCase(LargeBytes, 16, 10_000)]
    [TestCase(LargeBytes, 64_000, 11_000)]
    [TestCase(LargeBytes, 640_000, 20_000)]
    public async Task Peer_ThatStopsWithinAPacket_IsClosedAtTheLimitOfWhatHasCome(
        int payloadBytes, int sentBytes, int limitMs)
    {
        await using var harness = new LinkHarness();
        (PeerLink link, TableSink sink, RawPeer peer) =
            await harness.StartOpenAsync(calm, peerSettings: noWish, pipeBytes: PipeBytes);
        harness.Time.Advance(20_000);
        await peer.SendAsync([.. RawPacket.Ping(5), .. RawPacket.Echo(1, new byte[payloadBytes])[..sentBytes]]);
        Assert.That((await peer.PacketAsync()).Type, Is.EqualTo(PacketType.Pong),
            "what is behind it was looked at, too");
        harness.Time.Advance(limitMs - 200);
        Assert.That(link.IsOpen, "before the limit");
        harness.Time.Advance(400);
        Assert.That(link.IsOpen, Is.False, "after the limit");
        LinkClosed closed = await sink.Closed;
        Assert.That((closed.Reason, closed.ByPeer), Is.EqualTo((CloseReason.SlowProducer, true)));
    }

    [TestCase(64_000, true)]
    [TestCase(6_400, false)]
    public async Task Packet_InPieces_LivesByThePaceOfThem(int pieceBytes, bool lives)
    {
        await using var harness = new LinkHarness();
        (PeerLink link, TableSink sink, RawPeer peer) =
            await harness.StartOpenAsync(calm, peerSettings: noWish, pipeBytes: PipeBytes);
        byte[] packet = RawPacket.Echo(1, new byte[LargeBytes]);

        // At the better pace the packet takes 15 seconds, over the limit of one that nothing has come of.
        int sent = 0;
        while (sent < packet.Length && link.IsOpen)
        {
            int bytes = Math.Min(pieceBytes, packet.Length - sent);
            await peer.SendAsync(packet[sent..(sent + bytes)]);
            sent += bytes;
            if (sent < packet.Length)
            {
                harness.Time.Advance(900);
            }
        }

        Assert.That(link.IsOpen, Is.EqualTo(lives));
        if (lives)
        {
            Assert.That((await peer.PacketAsync()).Payload, Has.Length.EqualTo(LargeBytes));
        }
        else
        {
            Assert.That((await sink.Closed).Reason, Is.EqualTo(CloseReason.SlowProducer));
        }
    }

    [Test]
    public async Task Packet_BehindAnother_HasATimeOfItsOwn()
    {
        await using var harness = new LinkHarness();
        (PeerLink link, _, RawPeer peer) =
            await harness.StartOpenAsync(calm, peerSettings: noWish, pipeBytes: PipeBytes);
        byte[] request = RawPacket.Echo(1, new byte[100]);

        // There is always an incomplete packet, but never the same for more than eight seconds.
        await peer.SendAsync(request[..50]);
        for (int i = 0; i < 5; i++)
        {
            harness.Time.Advance(8_000);
            Assert.That(link.IsOpen);
            await peer.SendAsync([.. request[50..], .. request[..50]]);
            while ((await peer.PacketAsync()).Type == PacketType.Ping)
            {
            }
        }
    }
}
