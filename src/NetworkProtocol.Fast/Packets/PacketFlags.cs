using System;
using System.Diagnostics.CodeAnalysis;

namespace NetworkProtocol.Fast.Packets;

/// <summary>The flags byte of a packet: bits 0-1 hold a <see cref="PayloadCodec"/>, bits 4-7 are zero.</summary>
[Flags]
[SuppressMessage("Naming", "CA1711", Justification = "The protocol calls this byte the flags.")]
public enum PacketFlags : byte
{
    /// <summary>A request with an uncompressed payload that wants an answer.</summary>
    None = 0,

    /// <summary>The payload is one LZ4 block behind its uncompressed length.</summary>
    Lz4 = 1,

    /// <summary>The payload is one Zstandard frame behind its uncompressed length.</summary>
    Zstd = 2,

    /// <summary>This packet answers the request with the same correlation.</summary>
    Reply = 4,

    /// <summary>The sender wants no answer, neither a reply nor an error.</summary>
    OneWay = 8,
}
