using System;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace NetworkProtocol.Fast.Packets;

/// <summary>
/// How a side compresses what it sends. Every value that <see cref="TryParse"/> lets through is valid.
/// </summary>
public sealed record CompressionOptions
{
    /// <summary>Payloads are sent as they are.</summary>
    public static readonly CompressionOptions None = new() { Codec = PayloadCodec.None, Level = 0 };

    /// <summary>LZ4 fast, the level with the least cost for each byte.</summary>
    public const int Lz4LevelDefault = 0;

    /// <summary>The strongest level of LZ4.</summary>
    public const int Lz4LevelMax = 12;

    /// <summary>The high-compression levels of LZ4 begin here; there are none between it and fast.</summary>
    public const int Lz4LevelHighMin = 3;

    /// <summary>What Zstandard itself takes by default.</summary>
    public const int ZstdLevelDefault = 3;

    /// <summary>The levels above need tens of megabytes for each compressor and seconds for each payload.</summary>
    public const int ZstdLevelMax = 19;

    /// <summary>
    /// A smaller payload fits one TCP segment beside its header as it is, so shrinking it saves no packet of the
    /// network.
    /// </summary>
    public const int ThresholdBytesDefault = 512;

    /// <summary>How to compress; None sends payloads as they are.</summary>
    public required PayloadCodec Codec { get; init; }

    /// <summary>The codec's level: 0 or 3 to 12 for LZ4, 1 to 19 for Zstandard.</summary>
    public required int Level { get; init; }

    /// <summary>Payloads below this are sent as they are.</summary>
    public int ThresholdBytes { get; init; } = ThresholdBytesDefault;

    /// <summary>
    /// Reads "none", "lz4" or "zstd", with a level after a colon if it is not to be the codec's default.
    /// </summary>
    public static bool TryParse(
        string text, [NotNullWhen(true)] out CompressionOptions? options, [NotNullWhen(false)] out string? error)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
        {
            return TryCreate(text, null, out options, out error);
        }

        ReadOnlySpan<char> levelText = text.AsSpan(colon + 1);
        if (!int.TryParse(levelText, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int level))
        {
            options = null;
            error = $"compression level \"{levelText}\" is not a number: write a codec and a level, as in zstd:3";
            return false;
        }

        return TryCreate(text[..colon], level, out options, out error);
    }

    /// <summary>The same from a codec's name and a level, which is the codec's default when null.</summary>
    public static bool TryCreate(
        string codec, int? level, [NotNullWhen(true)] out CompressionOptions? options,
        [NotNullWhen(false)] out string? error)
    {
        (options, error) = codec switch
        {
            "none" when level is null or 0 => (None, null),
            "none" => (null, $"compression none has no level {level}: leave the level out"),
            "lz4" when IsLz4Level(level ?? Lz4LevelDefault) =>
                (new() { Codec = PayloadCodec.Lz4, Level = level ?? Lz4LevelDefault }, null),
            "lz4" => (null, $"lz4 has no level {level}: use 0 (fast) or {Lz4LevelHighMin} to {Lz4LevelMax}"),
            "zstd" when level is null or (>= 1 and <= ZstdLevelMax) =>
                (new() { Codec = PayloadCodec.Zstd, Level = level ?? ZstdLevelDefault }, null),
            "zstd" => (null, $"zstd has no level {level} here: use 1 to {ZstdLevelMax}"),
            _ => ((CompressionOptions?)null, (string?)$"compression \"{codec}\" is unknown: use none, lz4 or zstd"),
        };
        return options is not null;
    }

    private static bool IsLz4Level(int level) => level is Lz4LevelDefault or (>= Lz4LevelHighMin and <= Lz4LevelMax);
}
