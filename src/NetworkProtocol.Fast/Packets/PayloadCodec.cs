namespace NetworkProtocol.Fast.Packets;

/// <summary>How a payload is compressed; the number stands in the low two bits of a packet's flags.</summary>
public enum PayloadCodec : byte
{
    /// <summary>Not compressed.</summary>
    None = 0,

    /// <summary>One LZ4 block.</summary>
    Lz4 = 1,

    /// <summary>One Zstandard frame.</summary>
    Zstd = 2,
}
