using System;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using NUnit.Framework;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Tests.Link;
using NetworkProtocol.Fast.Tests.Shared;

namespace NetworkProtocol.Fast.Tests.Dispatch;

[CancelAfter(60_000)]
internal sealed class HandlerPayloadTests
{
    [TestCase(PayloadCodec.Lz4, "sync")]
    [TestCase(PayloadCodec.Lz4, "async")]
    [TestCase(PayloadCodec.Zstd, "sync")]
    [TestCase(PayloadCodec.Zstd, "async")]
    [TestCase(PayloadCodec.Zstd, "300")]
    [TestCase(PayloadCodec.Zstd, "400")]
    public async Task CompressedPayload_ReachesTheHandlerInflated(PayloadCodec codec, string kind)
    {
        byte[] payload = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("compress me ", 500)));
        HandlerTable handlers = new HandlerTable()
            .Map("sync", static (ref PacketContext c) => c.Reply(c.Payload))
            .Map("300", static (ref PacketContext c) => c.Reply(c.Payload))
            .MapAsync("400", static r =>
            {
                r.Reply(r.Payload.Span);
                return default;
            })
            .MapAsync("async", static r =>
            {
                Assert.That(r.Name.ToArray(), Is.EqualTo("async"u8.ToArray()));
                r.Reply(r.Payload.Span);
                return default;
            });
        bool number = int.TryParse(kind, out int type);
        var header = new PacketHeader
        {
            Type = number ? (PacketType)type : PacketType.Custom, Flags = (PacketFlags)codec, Correlation = 1,
        };
        byte[] request = RawPacket.Bytes(header, number ? string.Empty : kind, Compress(codec, payload));
        RawPacket answer = await OneRequest.AskAsync(handlers, request);
        Assert.That(answer.Header.Codec, Is.EqualTo(PayloadCodec.None),
            "the reply is plain unless options ask for more");
        Assert.That(answer.Payload, Is.EqualTo(payload));
    }

    [TestCase("sync")]
    [TestCase("async")]
    public async Task CompressedPayload_ThatIsRubbish_IsAnsweredDecompressionFailed(string kind)
    {
        HandlerTable handlers = new HandlerTable()
            .Map("sync", static (ref PacketContext c) => c.Reply(c.Payload))
            .MapAsync("async", static _ => default);
        var header = new PacketHeader { Type = PacketType.Custom, Flags = PacketFlags.Zstd, Correlation = 1 };
        RawPacket answer = await OneRequest.AskAsync(handlers, RawPacket.Bytes(header, kind, new byte[100]));
        Assert.That(answer.Code, Is.EqualTo(ErrorCode.DecompressionFailed));
    }

    [TestCase("sync")]
    [TestCase("async")]
    [TestCase("ECHO")]
    public async Task CompressedPayload_OfACodecNotAgreedOn_IsAnsweredDecompressionFailed(string kind)
    {
        HandlerTable handlers = new HandlerTable()
            .Map("sync", static (ref PacketContext c) => c.Reply(c.Payload))
            .MapAsync("async", static _ => default);
        var header = new PacketHeader
        {
            Type = kind == "ECHO" ? PacketType.Echo : PacketType.Custom, Flags = PacketFlags.Lz4, Correlation = 1,
        };
        byte[] request = RawPacket.Bytes(
            header, kind == "ECHO" ? string.Empty : kind, Compress(PayloadCodec.Lz4, new byte[2_000]));
        RawPacket answer = await OneRequest.AskAsync(handlers, request, new LinkOptions { Codecs = CodecSet.Zstd });
        Assert.That((answer.Type, answer.Code), Is.EqualTo((PacketType.Error, ErrorCode.DecompressionFailed)));
    }

    [TestCase(2_000)]
    [TestCase(1 << 20)]
    public async Task Echo_OfACompressedPayload_ReturnsItAsItCame(int bytes)
    {
        byte[] random = new byte[bytes];
        new Random(3).NextBytes(random);
        byte[] compressed = Compress(PayloadCodec.Lz4, [.. random, .. new byte[bytes]]);
        var header = new PacketHeader { Type = PacketType.Echo, Flags = PacketFlags.Lz4, Correlation = 1 };
        RawPacket answer =
            await OneRequest.AskAsync(new HandlerTable(), RawPacket.Bytes(header, string.Empty, compressed));
        Assert.That(answer.Header.Codec, Is.EqualTo(PayloadCodec.Lz4));
        Assert.That(answer.Payload, Is.EqualTo(compressed));
    }

    [TestCase("ECHO")]
    [TestCase("PING")]
    public async Task BuiltIn_ByName_EchoesUntilItIsReplaced(string name)
    {
        byte[] request = RawPacket.Named(name, 1, "built in"u8);
        Assert.That((await OneRequest.AskAsync(new HandlerTable(), request)).Payload,
            Is.EqualTo("built in"u8.ToArray()));
        HandlerTable replaced = new HandlerTable().Map(name, static (ref PacketContext c) => c.Reply("mine"u8));
        Assert.That((await OneRequest.AskAsync(replaced, request)).Payload, Is.EqualTo("mine"u8.ToArray()));
    }

    [Test]
    public async Task Echo_ByType_ReachesAReplacedHandler()
    {
        HandlerTable replaced = new HandlerTable().Map("ECHO", static (ref PacketContext c) => c.Reply("mine"u8));
        Assert.That((await OneRequest.AskAsync(replaced, RawPacket.Echo(1, "x"u8))).Payload,
            Is.EqualTo("mine"u8.ToArray()));
    }

    [Test]
    public async Task Echo_OfALargeNamedPacket_ReturnsItsPayload()
    {
        byte[] payload = new byte[200_000];
        new Random(4).NextBytes(payload);
        HandlerTable handlers = new();
        await using var harness = new LinkHarness();
        var (_, _, peer) = await harness.StartOpenAsync(handlers: handlers);
        for (uint i = 1; i <= 3; i++)
        {
            Task sending = peer.SendAsync(RawPacket.Named("ECHO", i, payload));
            RawPacket answer = await peer.PacketAsync();
            await sending;
            Assert.That((answer.Correlation, answer.Name.Length), Is.EqualTo((i, 0)));
            Assert.That(answer.Payload.AsSpan().SequenceEqual(payload));
        }
    }

    [TestCase("300")]
    [TestCase("name")]
    public async Task AsyncHandler_GetsPayloadsOfEverySize(string match)
    {
        HandlerTable handlers = new HandlerTable().MapAsync(match, static async r =>
        {
            await Task.Yield();
            r.Reply(r.Payload.Span);
        });
        await using var harness = new LinkHarness();
        var (_, _, peer) = await harness.StartOpenAsync(handlers: handlers);
        foreach (int bytes in new[] { 0, 1, 5_000, 32_752, 40_000, 300_000 })
        {
            byte[] payload = new byte[bytes];
            new Random(bytes).NextBytes(payload);
            Task sending = peer.SendAsync(match == "300"
                ? RawPacket.Numbered(300, 1, payload)
                : RawPacket.Named(match, 1, payload));
            RawPacket answer = await peer.PacketAsync();
            await sending;
            Assert.That(answer.Payload.AsSpan().SequenceEqual(payload), $"{bytes} bytes");
        }
    }

    [TestCase("sync")]
    [TestCase("async")]
    public async Task Reply_LargerThanThePeerAccepts_BecomesAnError(string kind)
    {
        HandlerTable handlers = new HandlerTable()
            .Map("sync", static (ref PacketContext c) => c.Reply(new byte[5_000]))
            .MapAsync("async", static r =>
            {
                r.Reply(new byte[5_000]);
                return default;
            });
        RawPacket answer = await OneRequest.AskAsync(
            handlers, RawPacket.Named(kind, 1, default), settings: new LinkSettings { PayloadBytesMax = 4_000 });
        Assert.That((answer.Type, answer.Code), Is.EqualTo((PacketType.Error, ErrorCode.TooLarge)));
    }

    private static byte[] Compress(PayloadCodec codec, byte[] payload)
    {
        Assert.That(CompressionOptions.TryCreate(
            codec == PayloadCodec.Lz4 ? "lz4" : "zstd", null, out CompressionOptions? options, out _));
        using var compressor = new PayloadCompressor(options!);
        byte[] destination = new byte[payload.Length];
        Assert.That(compressor.TryCompress(payload, CodecSet.All, 0, destination, out _, out int written));
        return destination[..written];
    }
}
