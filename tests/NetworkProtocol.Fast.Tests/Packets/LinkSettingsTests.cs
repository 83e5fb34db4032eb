using System;
using NetworkProtocol.Fast.Packets;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Packets;

internal sealed class LinkSettingsTests
{
    private static LinkSettings Sample => new()
    {
        PayloadBytesMax = 65536,
        Codecs = CodecSet.Zstd,
        HeartbeatIntervalMs = 5000,
        RequestsInFlightMax = 77,
        Software = "client/2.1 µ",
    };

    [Test]
    public void Hello_WrittenAndRead_IsTheSame()
    {
        byte[] bytes = PacketSamples.Hello(Sample);

        Assert.That(LinkSettings.TryRead(bytes.AsSpan(16), out LinkSettings read, out PacketFault fault), Is.True);
        Assert.That(read, Is.EqualTo(Sample));
        Assert.That(fault.IsNone, Is.True);
    }

    [Test]
    public void Hello_WithTrailingBytes_IgnoresThem()
    {
        byte[] payload = [.. PacketSamples.Hello(Sample)[16..], 0xFF, 0xFF, 0xFF, 0xFF];

        Assert.That(LinkSettings.TryRead(payload, out LinkSettings read, out _), Is.True);
        Assert.That(read, Is.EqualTo(Sample));
    }

    [Test]
    public void Hello_CutAnywhere_IsRefused()
    {
        byte[] payload = PacketSamples.Hello(Sample)[16..];
        for (int length = 0; length < payload.Length; length++)
        {
            Assert.That(LinkSettings.TryRead(payload.AsSpan(0, length), out _, out PacketFault fault), Is.False);
            Assert.That(fault, Is.EqualTo(new PacketFault(ErrorCode.Malformed, "a hello ends within its fields")));
        }
    }

    [Test]
    public void Hello_PayloadMaximumUnderTheLeast_IsRefused()
    {
        byte[] payload = PacketSamples.Hello(Sample with { PayloadBytesMax = 1023 })[16..];

        Assert.That(LinkSettings.TryRead(payload, out _, out PacketFault fault), Is.False);
        Assert.That(fault, Is.EqualTo(
            new PacketFault(ErrorCode.Malformed, "a hello announces a payload maximum under 1024 bytes")));
    }

    [Test]
    public void Hello_SoftwareThatIsNotUtf8_IsRefused()
    {
        byte[] payload = PacketSamples.Hello(Sample)[16..];
        payload[15] = 0xC0;

        Assert.That(LinkSettings.TryRead(payload, out _, out PacketFault fault), Is.False);
        Assert.That(fault, Is.EqualTo(
            new PacketFault(ErrorCode.Malformed, "the software name of a hello is not UTF-8")));
    }

    [Test]
    public void Hello_SoftwareWithControlCharacters_IsShownWithoutThem()
    {
        byte[] payload = PacketSamples.Hello(Sample with { Software = "a\nb" })[16..];

        Assert.That(LinkSettings.TryRead(payload, out LinkSettings read, out _), Is.True);
        Assert.That(read.Software, Is.EqualTo("a\uFFFDb"));
    }

    [Test]
    public void Hello_LongSoftware_IsCutTo255Bytes()
    {
        LinkSettings settings = Sample with { Software = new string('é', 300) };
        byte[] bytes = PacketSamples.Hello(settings);

        Assert.That(LinkSettings.TryRead(bytes.AsSpan(16), out LinkSettings read, out _), Is.True);
        Assert.That(read.Software, Is.EqualTo(new string('é', 127)));
        Assert.That(bytes, Has.Length.EqualTo(settings.PacketBytes));
    }

    [Test]
    public void Negotiation_OfBothSides_TakesWhatBothCanDo()
    {
        LinkSettings server = new()
        {
            PayloadBytesMax = uint.MaxValue, Codecs = (CodecSet)0xFFFF, HeartbeatIntervalMs = 9000,
            RequestsInFlightMax = 0,
        };

        NegotiatedSettings client = NegotiatedSettings.From(Sample, server);
        NegotiatedSettings other = NegotiatedSettings.From(server, Sample);

        Assert.Multiple(() =>
        {
            Assert.That(client.Codecs, Is.EqualTo(CodecSet.Zstd));
            Assert.That(client.SendPayloadBytesMax, Is.EqualTo(16 << 20));
            Assert.That(client.ReceivePayloadBytesMax, Is.EqualTo(65536));
            Assert.That(client.SendRequestsInFlightMax, Is.Zero);
            Assert.That(client.ReceiveRequestsInFlightMax, Is.EqualTo(77));
            Assert.That(client.HeartbeatIntervalMs, Is.EqualTo(5000));
            Assert.That(other.PeerSoftware, Is.EqualTo("client/2.1 µ"));
            Assert.That(other.Codecs, Is.EqualTo(client.Codecs));
            Assert.That(other.SendPayloadBytesMax, Is.EqualTo(client.ReceivePayloadBytesMax));
            Assert.That(other.ReceivePayloadBytesMax, Is.EqualTo(client.SendPayloadBytesMax));
            Assert.That(other.SendRequestsInFlightMax, Is.EqualTo(client.ReceiveRequestsInFlightMax));
            Assert.That(other.HeartbeatIntervalMs, Is.EqualTo(client.HeartbeatIntervalMs));
        });
    }

    [TestCase(0u, 0u, 0u)]
    [TestCase(0u, 5000u, 5000u)]
    [TestCase(5000u, 0u, 5000u)]
    [TestCase(5000u, 4000u, 4000u)]
    [TestCase(5000u, 1u, 100u)]
    [TestCase(uint.MaxValue, uint.MaxValue, 3_600_000u)]
    public void Negotiation_OfHeartbeats_TakesTheSmallerWithinBounds(uint ownMs, uint peerMs, uint expectedMs)
    {
        NegotiatedSettings negotiated = NegotiatedSettings.From(
            Sample with { HeartbeatIntervalMs = ownMs }, Sample with { HeartbeatIntervalMs = peerMs });

        Assert.That(negotiated.HeartbeatIntervalMs, Is.EqualTo(expectedMs));
    }

    [Test]
    public void Negotiation_OfCodecs_AllowsNoOther()
    {
        NegotiatedSettings both = NegotiatedSettings.From(Sample with { Codecs = CodecSet.All }, Sample);

        Assert.That(both.Allows(PayloadCodec.None), Is.True);
        Assert.That(both.Allows(PayloadCodec.Zstd), Is.True);
        Assert.That(both.Allows(PayloadCodec.Lz4), Is.False);
    }
}
