using NetworkProtocol.Fast.Packets;

namespace NetworkProtocol.Fast.Configuration;

/// <summary>Keys of [transport]: payloads, of servers and clients alike.</summary>
internal static class TransportKeys
{
    private const string Name = "transport";
    private static readonly LinkOptions Link = new();

    internal static ConfigurationKey<string?> Compression { get; } = new(
        Name, "compression", KeyForms.Codec, "none")
    {
        Doc = "Compresses payloads if the peer can read it: none, lz4 or zstd",
        ValueName = "CODEC",
        Flag = "--compress",
        Effect = ChangeEffect.NewConnections,
    };

    internal static ConfigurationKey<int> CompressionLevel { get; } = new(
        Name, "compression_level", ValueParsers.Integer(0, CompressionOptions.ZstdLevelMax), 0)
    {
        Doc = "Level of the codec: 0 (fast) or 3 to 12 for lz4, 1 to 19 for zstd",
        ValueName = "N",
        Form = ValueForm.Number,
        Range = KeyForms.Words(0, CompressionOptions.ZstdLevelMax),
        HasDefault = false,
        Otherwise = "0 for lz4, 3 for zstd",
        Example = "0",
        Effect = ChangeEffect.NewConnections,
    };

    internal static ConfigurationKey<ByteSize> CompressionThreshold { get; } = new(
        Name, "compression_threshold_bytes",
        ValueParsers.SizeOf(default, KeyForms.MiB(16)),
        new ByteSize(CompressionOptions.ThresholdBytesDefault))
    {
        Doc = "Payloads below it are sent as they are",
        ValueName = "SIZE",
        Form = ValueForm.Size,
        Range = KeyForms.Words(default, KeyForms.MiB(16)),
        Effect = ChangeEffect.NewConnections,
    };

    internal static ConfigurationKey<ByteSize> MaxPayloadSize { get; } = new(
        Name, "max_payload_size",
        ValueParsers.SizeOf(KeyForms.KiB(1), KeyForms.MiB(16)),
        new ByteSize(Link.PayloadBytesMax))
    {
        Doc = "Largest payload accepted",
        ValueName = "SIZE",
        Form = ValueForm.Size,
        Range = KeyForms.Words(KeyForms.KiB(1), KeyForms.MiB(16)),
        Flag = "--max-payload",
        Effect = ChangeEffect.NewConnections,
    };

    internal static ConfigurationSection Section { get; } = new(Name,
        "Payloads on every connection, of servers and clients alike.",
    [
        Compression, CompressionLevel, CompressionThreshold, MaxPayloadSize,
    ]);
}
