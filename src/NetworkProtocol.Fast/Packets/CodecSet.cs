using System;

namespace NetworkProtocol.Fast.Packets;

/// <summary>
/// The codecs a side can decompress, as announced in its Hello. The bit of each codec has the value of its
/// <see cref="PayloadCodec"/>, so that one converts to the other by a cast.
/// </summary>
[Flags]
public enum CodecSet : ushort
{
    /// <summary>No compressed payload is understood.</summary>
    None = 0,

    /// <summary><see cref="PayloadCodec.Lz4"/>.</summary>
    Lz4 = 1,

    /// <summary><see cref="PayloadCodec.Zstd"/>.</summary>
    Zstd = 2,

    /// <summary>Every codec of this version.</summary>
    All = Lz4 | Zstd,
}
