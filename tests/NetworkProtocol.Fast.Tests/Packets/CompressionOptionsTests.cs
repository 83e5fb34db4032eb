using NetworkProtocol.Fast.Packets;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Packets;

internal sealed class CompressionOptionsTests
{
    [TestCase("none", PayloadCodec.None, 0)]
    [TestCase("none:0", PayloadCodec.None, 0)]
    [TestCase("lz4", PayloadCodec.Lz4, 0)]
    [TestCase("lz4:0", PayloadCodec.Lz4, 0)]
    [TestCase("lz4:3", PayloadCodec.Lz4, 3)]
    [TestCase("lz4:12", PayloadCodec.Lz4, 12)]
    [TestCase("zstd", PayloadCodec.Zstd, 3)]
    [TestCase("zstd:1", PayloadCodec.Zstd, 1)]
    [TestCase("zstd:19", PayloadCodec.Zstd, 19)]
    public void TryParse_KnownCodecAndLevel_IsTaken(string text, PayloadCodec codec, int level)
    {
        bool isParsed = CompressionOptions.TryParse(text, out CompressionOptions? options, out string? error);

        Assert.That(isParsed, Is.True, error);
        Assert.That(options, Is.EqualTo(new CompressionOptions { Codec = codec, Level = level }));
        Assert.That(options!.ThresholdBytes, Is.EqualTo(512));
    }

    [TestCase("", "compression \"\" is unknown: use none, lz4 or zstd")]
    [TestCase("gzip", "compression \"gzip\" is unknown: use none, lz4 or zstd")]
    [TestCase("LZ4", "compression \"LZ4\" is unknown: use none, lz4 or zstd")]
    [TestCase("none:1", "compression none has no level 1: leave the level out")]
    [TestCase("lz4:1", "lz4 has no level 1: use 0 (fast) or 3 to 12")]
    [TestCase("lz4:-1", "lz4 has no level -1: use 0 (fast) or 3 to 12")]
    [TestCase("lz4:13", "lz4 has no level 13: use 0 (fast) or 3 to 12")]
    [TestCase("zstd:0", "zstd has no level 0 here: use 1 to 19")]
    [TestCase("zstd:20", "zstd has no level 20 here: use 1 to 19")]
    [TestCase("zstd:", "compression level \"\" is not a number: write a codec and a level, as in zstd:3")]
    [TestCase("zstd:x", "compression level \"x\" is not a number: write a codec and a level, as in zstd:3")]
    public void TryParse_AnythingElse_SaysWhatToWrite(string text, string expected)
    {
        Assert.That(CompressionOptions.TryParse(text, out CompressionOptions? options, out string? error), Is.False);
        Assert.That(options, Is.Null);
        Assert.That(error, Is.EqualTo(expected));
    }
}
