using System;
using System.Text;
using System.Threading.Tasks;
using NUnit.Framework;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Tests.Shared;

namespace NetworkProtocol.Fast.Tests.Link;

[CancelAfter(60_000)]
internal sealed class PeerLinkOpeningTests
{
    [TestCase("GET / HTTP/1.1\r\n\r\n", "HTTP")]
    [TestCase("NPS1", "NPS1")]
    [TestCase("\u0016\u0003\u0001\u0002", "TLS")]
    [TestCase("rubbish", "unknown")]
    public async Task Opening_OfAnotherKind_GetsOneErrorThatNamesItAndTheEnd(string first, string named)
    {
        await using var harness = new LinkHarness();
        (_, TableSink sink, RawPeer peer) = harness.Start();
        await peer.SendAsync(Encoding.Latin1.GetBytes(first));
        RawPacket error = await peer.PacketAsync();
        Assert.That((error.Type, error.Code), Is.EqualTo((PacketType.Error, ErrorCode.Malformed)));
        Assert.That(error.Text, Does.Contain(named));
        await peer.ExpectCloseAsync();
        peer.Close();
        Assert.That((await sink.Closed).Reason, Is.EqualTo(CloseReason.ProtocolError));
    }

    [Test]
    public async Task Opening_InSingleBytes_OpensTheSession()
    {
        await using var harness = new LinkHarness();
        (PeerLink link, TableSink sink, RawPeer peer) = harness.Start();
        foreach (byte b in RawPacket.Opening(new LinkSettings { Software = "drip" }))
        {
            await peer.SendAsync([b]);
        }

        await sink.Established;
        Assert.That(link.Settings.PeerSoftware, Is.EqualTo("drip"));
    }

    [Test]
    public async Task Opening_WithRequestsBehindIt_AnswersThemAll()
    {
        await using var harness = new LinkHarness();
        (_, _, RawPeer peer) = harness.Start();
        await peer.SendAsync(
            [.. RawPacket.Opening(), .. RawPacket.Echo(1, "a"u8), .. RawPacket.Ping(2), .. RawPacket.Echo(3, "b"u8)]);
        await peer.SendAsync([]);
        Assert.That((await ReceiveHelloAsync(peer)).Type, Is.EqualTo(PacketType.Hello));
        Assert.That((await peer.PacketAsync()).Correlation, Is.EqualTo(1));
        Assert.That((await peer.PacketAsync()).Type, Is.EqualTo(PacketType.Pong));
        Assert.That((await peer.PacketAsync()).Correlation, Is.EqualTo(3));
    }

    [TestCase(0)]
    [TestCase(3)]
    [TestCase(4)]
    [TestCase(20)]
    public async Task Opening_ThatStops_EndsAtTheHandshakeLimit(int bytes)
    {
        await using var harness = new LinkHarness();
        (PeerLink link, TableSink sink, RawPeer peer) =
            harness.Start(new LinkOptions { HandshakeTimeout = TimeSpan.FromSeconds(5) });
        await peer.SendAsync(RawPacket.Opening()[..bytes]);
        harness.Time.Advance(4_800);
        Assert.That(link.IsOpen, "before the limit");
        harness.Time.Advance(400);
        Assert.That((await sink.Closed).Reason, Is.EqualTo(CloseReason.HandshakeTimeout));
    }

    [Test]
    public async Task Opening_ThenTheEndOfTheStream_IsConnectionLost()
    {
        await using var harness = new LinkHarness();
        (_, TableSink sink, RawPeer peer) = harness.Start();
        await peer.SendAsync(PlainOpening.Magic.ToArray());
        peer.Close();
        Assert.That((await sink.Closed).Reason, Is.EqualTo(CloseReason.ConnectionLost));
    }

    [Test]
    public async Task Hello_Twice_IsRefused()
    {
        await using var harness = new LinkHarness();
        (_, TableSink sink, RawPeer peer) = await harness.StartOpenAsync();
        await peer.SendAsync(RawPacket.Hello(new LinkSettings()));
        await ExpectFaultAsync(sink, peer, "second hello");
    }

    [Test]
    public async Task FirstPacket_ThatIsNoHello_IsRefused()
    {
        await using var harness = new LinkHarness();
        (_, TableSink sink, RawPeer peer) = harness.Start();
        await peer.SendAsync([.. PlainOpening.Magic, .. RawPacket.Echo(1, "x"u8)]);
        await ReceiveHelloAsync(peer);
        await ExpectFaultAsync(sink, peer, "first packet must be a hello");
    }

    [TestCase(14, ErrorCode.Malformed, "under 15 bytes")]
    [TestCase(1025, ErrorCode.TooLarge, "over 1024 bytes")]
    public async Task Hello_OfAnImpossibleSize_IsRefused(int payloadBytes, ErrorCode code, string text)
    {
        await using var harness = new LinkHarness();
        (_, TableSink sink, RawPeer peer) = harness.Start();
        byte[] hello = RawPacket.Bytes(
            new PacketHeader { Type = PacketType.Hello }, string.Empty, new byte[payloadBytes]);
        await peer.SendAsync([.. PlainOpening.Magic, .. hello]);
        await ReceiveHelloAsync(peer);
        await ExpectFaultAsync(sink, peer, text, code);
    }

    [TestCase(PacketType.Hello, "a hello is over 1024 bytes")]
    [TestCase(PacketType.Ping, "a ping is over 64 bytes")]
    [TestCase(PacketType.Disconnect, "a disconnect is over 1024 bytes")]
    [TestCase(PacketType.Echo, "payload is over the maximum")]
    [TestCase((PacketType)300, "payload is over the maximum")]
    public async Task HugePacket_BeforeTheHello_IsRefusedAtItsHeader(PacketType type, string text)
    {
        await using var harness = new LinkHarness();
        (PeerLink link, TableSink sink, RawPeer peer) = harness.Start();
        byte[] packet = new byte[PacketHeader.BytesCount];
        new PacketHeader { Type = type, Correlation = 1, PayloadLength = PacketLimits.PayloadBytesMax }.Write(packet);

        // The magic first, so that the header is all that the link has to go by.
        await peer.SendAsync(PlainOpening.Magic.ToArray());
        await ReceiveHelloAsync(peer);
        Assert.That(link.IsOpen);
        await peer.SendAsync(packet);
        await ExpectFaultAsync(sink, peer, text, ErrorCode.TooLarge);
        Assert.That(harness.Pool.Statistics.CommittedBytes, Is.LessThan(1 << 20), "nothing was rented for the length");
    }

    [Test]
    public async Task Hello_ThatAnnouncesNonsense_IsRefused()
    {
        await using var harness = new LinkHarness();
        (_, TableSink sink, RawPeer peer) = harness.Start();
        await peer.SendAsync(RawPacket.Opening(new LinkSettings { PayloadBytesMax = 1 }));
        await ReceiveHelloAsync(peer);
        await ExpectFaultAsync(sink, peer, "payload maximum");
    }

    [Test]
    public async Task Packet_ThatBreaksTheProtocol_IsNamedThenTheLinkEnds()
    {
        await using var harness = new LinkHarness();
        (_, TableSink sink, RawPeer peer) = await harness.StartOpenAsync();
        await peer.SendAsync("NX"u8.ToArray());
        await ExpectFaultAsync(sink, peer, "magic");
    }

    [Test]
    public async Task Packet_LargerThanAnnounced_IsRefusedBeforeItsPayloadComes()
    {
        await using var harness = new LinkHarness();
        (_, TableSink sink, RawPeer peer) = await harness.StartOpenAsync(new LinkOptions { PayloadBytesMax = 1 << 20 });
        await peer.SendAsync(RawPacket.Echo(1, new byte[(1 << 20) + 1])[..PacketHeader.BytesCount]);
        await ExpectFaultAsync(sink, peer, "maximum", ErrorCode.TooLarge);
        Assert.That(harness.Pool.Statistics.CommittedBytes, Is.LessThan(1 << 20), "nothing was rented for the length");
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Server_ThatAnswersWithAnError_IsReportedWithItsText(bool drip)
    {
        await using var harness = new LinkHarness();
        (_, TableSink sink, RawPeer peer) = harness.Start(role: LinkRole.Initiating);
        byte[] error = RawPacket.Error(0, ErrorCode.Unauthorized, "secure sessions only");
        for (int i = 0; i < error.Length; i += drip ? 1 : error.Length)
        {
            await peer.SendAsync(error[i..(drip ? i + 1 : error.Length)]);
        }

        LinkClosed closed = await sink.Closed;
        Assert.That(closed.Reason, Is.EqualTo(CloseReason.RemoteError));
        Assert.That(closed.Detail, Does.Contain("secure sessions only").And.Contain("Unauthorized"));
    }

    [Test]
    public async Task Server_ThatSpeaksSomethingElse_IsAProtocolError()
    {
        await using var harness = new LinkHarness();
        (_, TableSink sink, RawPeer peer) = harness.Start(role: LinkRole.Initiating);
        await peer.SendAsync("HTTP/1.1 400 Bad Request\r\n"u8.ToArray());
        peer.Close();
        Assert.That((await sink.Closed).Reason, Is.EqualTo(CloseReason.ProtocolError));
    }

    private static async Task<RawPacket> ReceiveHelloAsync(RawPeer peer)
    {
        await peer.ReceiveMagicAsync();
        return await peer.PacketAsync();
    }

    private static async Task ExpectFaultAsync(
        TableSink sink, RawPeer peer, string text, ErrorCode code = ErrorCode.Malformed)
    {
        RawPacket error = await peer.PacketAsync();
        Assert.That((error.Type, error.Code, error.Correlation), Is.EqualTo((PacketType.Error, code, 0u)));
        Assert.That(error.Text, Does.Contain(text));
        await peer.ExpectCloseAsync();
        peer.Close();
        LinkClosed closed = await sink.Closed;
        Assert.That(closed.Reason, Is.EqualTo(CloseReason.ProtocolError));
        Assert.That(closed.Detail, Does.Contain(text));
    }
}
