using System;
using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Generic;
using NetworkProtocol.Fast.Packets;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Packets;

internal sealed class PayloadCompressorTests
{
    private static IEnumerable<string> Codecs =>
        ["lz4", "lz4:3", "lz4:9", "lz4:12", "zstd", "zstd:1", "zstd:9", "zstd:19"];

    [Test]
    public void Payload_CompressedAndInflated_IsTheSame(
        [ValueSource(nameof(Codecs))] string codec, [Values(512, 513, 4096, 70_000, 1_200_000)] int bytes)
    {
        using PayloadCompressor compressor = Compressor(codec);
        byte[] payload = Text(bytes);
        byte[] compressed = new byte[bytes];

        bool isCompressed = compressor.TryCompress(
            payload, CodecSet.All, 1, compressed, out PayloadCodec used, out int written);

        Assert.That(isCompressed, Is.True);
        Assert.That(used, Is.EqualTo(codec[0] == 'l' ? PayloadCodec.Lz4 : PayloadCodec.Zstd));
        Assert.That(written, Is.LessThanOrEqualTo(bytes - (bytes / 16)));
        Assert.That(BinaryPrimitives.ReadInt32LittleEndian(compressed), Is.EqualTo(bytes));

        byte[]? inflated = Inflate(compressed.AsSpan(0, written), used, out PacketFault fault);
        Assert.That(inflated, Is.EqualTo(payload), fault.Text);
    }

    [TestCase("lz4", 511, CodecSet.All)] // under the threshold
    [TestCase("none", 4096, CodecSet.All)]
    [TestCase("lz4", 4096, CodecSet.Zstd)] // the peer has not this codec
    [TestCase("zstd", 4096, CodecSet.Lz4)]
    [TestCase("zstd", 4096, CodecSet.None)]
    public void Payload_ThatMayNotBeCompressed_IsSentAsItIs(string codec, int bytes, CodecSet allowed)
    {
        using PayloadCompressor compressor = Compressor(codec);

        bool isCompressed = compressor.TryCompress(
            Text(bytes), allowed, 1, new byte[bytes], out PayloadCodec used, out int written);

        Assert.That(isCompressed, Is.False);
        Assert.That(used, Is.EqualTo(PayloadCodec.None));
        Assert.That(written, Is.Zero);
    }

    [TestCase("lz4")]
    [TestCase("zstd")]
    public void Route_WhosePayloadsDoNotShrink_IsTriedLessAndLessOften(string codec)
    {
        using PayloadCompressor compressor = Compressor(codec);
        byte[] text = Text(2048);
        Assert.That(IsCompressed(compressor, Noise(2048), route: 1), Is.False);
        for (int i = 0; i < RouteCompressibility.SkipMin; i++)
        {
            Assert.That(IsCompressed(compressor, text, route: 1), Is.False, "what shrinks is skipped as well");
        }

        Assert.That(IsCompressed(compressor, text, route: 2), Is.True, "other routes are not affected");
        Assert.That(IsCompressed(compressor, text, route: 1), Is.True, "one is tried again");
        Assert.That(IsCompressed(compressor, text, route: 1), Is.True, "and the route starts anew");
    }

    [Test]
    public void Payload_ThatWouldNotSaveASixteenth_IsSentAsItIs()
    {
        using PayloadCompressor compressor = Compressor("lz4");
        byte[] payload = Noise(1600);
        payload.AsSpan(0, 110).Clear(); // a little less than the 100 bytes needed and the codec's own

        Assert.That(IsCompressed(compressor, payload, route: 1), Is.False);

        payload.AsSpan(0, 150).Clear();
        Assert.That(IsCompressed(compressor, payload, route: 2), Is.True);
    }

    [Test]
    public void Payload_ThatShrinksBeyondTheRatioLimit_IsSentAsItIs()
    {
        using PayloadCompressor compressor = Compressor("zstd");
        byte[] payload = new byte[1 << 20];

        Assert.That(IsCompressed(compressor, payload, route: 1), Is.False);
        Assert.That(IsCompressed(compressor, Text(2048), route: 1), Is.True, "that is no mark against the route");
    }

    [Test]
    public void Destination_ShorterThanTheResultMayBe_IsNotUsed()
    {
#if !DEBUG
        using PayloadCompressor compressor = Compressor("lz4");
        byte[] payload = Text(1600);

        Assert.That(compressor.TryCompress(payload, CodecSet.All, 1, new byte[1499], out _, out _), Is.False);
        Assert.That(compressor.TryCompress(payload, CodecSet.All, 1, new byte[1500], out _, out _), Is.True);
#else
        Assert.Ignore("asserts in DEBUG");
#endif
    }

    [Test]
    public void Compressor_SharedByThreads_LosesNothing()
    {
        using PayloadCompressor compressor = Compressor("zstd:1");
        System.Threading.Tasks.Parallel.For(0, 400, i =>
        {
            byte[] payload = Text(600 + (i * 37 % 3000));
            byte[] compressed = new byte[payload.Length];
            bool isCompressed = compressor.TryCompress(
                payload, CodecSet.All, (uint)i, compressed, out PayloadCodec codec, out int written);

            Assert.That(isCompressed, Is.True);
            Assert.That(Inflate(compressed.AsSpan(0, written), codec, out _), Is.EqualTo(payload));
        });
    }

    internal static PayloadCompressor Compressor(string text)
    {
        bool isParsed = CompressionOptions.TryParse(text, out CompressionOptions? options, out string? error);
        Assert.That(isParsed, Is.True, error);
        return new PayloadCompressor(options!);
    }

    /// <summary>Bytes of which a third is information: they shrink, but not beyond belief.</summary>
    internal static byte[] Text(int bytes)
    {
        byte[] text = Noise(bytes);
        for (int i = 0; i < bytes; i++)
        {
            text[i] = (byte)((i & 3) == 0 ? 'a' + (text[i] & 15) : "able"u8[i & 3]);
        }

        return text;
    }

    internal static byte[] Noise(int bytes)
    {
        byte[] noise = new byte[bytes];
        new FuzzRandom(42).Fill(noise);
        return noise;
    }

    internal static byte[]? Inflate(ReadOnlySpan<byte> payload, PayloadCodec codec, out PacketFault fault)
    {
        if (PayloadInflater.TryReadLength(payload, codec, PacketLimits.PayloadBytesMax, out int bytes, out fault)
            != OperationStatus.Done)
        {
            return null;
        }

        byte[] inflated = new byte[bytes];
        return PayloadInflater.Inflate(payload, codec, inflated, out fault) == OperationStatus.Done ? inflated : null;
    }

    private static bool IsCompressed(PayloadCompressor compressor, byte[] payload, uint route) =>
        compressor.TryCompress(payload, CodecSet.All, route, new byte[payload.Length], out _, out _);
}
