using System;
using System.Buffers.Binary;

namespace NetworkProtocol.Fast.Packets;

/// <summary>
/// Reads the fields of a payload in order. A read that finds too few bytes returns false and takes none.
/// </summary>
internal ref struct PacketReader(ReadOnlySpan<byte> payload)
{
    /// <summary>What has not been read.</summary>
    public ReadOnlySpan<byte> Remaining { get; private set; } = payload;

    public bool TryReadByte(out byte value)
    {
        bool read = TryReadBytes(sizeof(byte), out ReadOnlySpan<byte> bytes);
        value = read ? bytes[0] : default;
        return read;
    }

    public bool TryReadUInt16(out ushort value)
    {
        bool read = TryReadBytes(sizeof(ushort), out ReadOnlySpan<byte> bytes);
        value = read ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : default;
        return read;
    }

    public bool TryReadUInt32(out uint value)
    {
        bool read = TryReadBytes(sizeof(uint), out ReadOnlySpan<byte> bytes);
        value = read ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : default;
        return read;
    }

    public bool TryReadUInt64(out ulong value)
    {
        bool read = TryReadBytes(sizeof(ulong), out ReadOnlySpan<byte> bytes);
        value = read ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : default;
        return read;
    }

    /// <summary>A length byte and as many bytes.</summary>
    public bool TryReadShortString(out ReadOnlySpan<byte> utf8)
    {
        ReadOnlySpan<byte> remaining = Remaining;
        if (remaining.IsEmpty || remaining.Length - 1 < remaining[0])
        {
            utf8 = default;
            return false;
        }

        utf8 = remaining.Slice(1, remaining[0]);
        Remaining = remaining[(1 + remaining[0])..];
        return true;
    }

    public bool TryReadBytes(int count, out ReadOnlySpan<byte> bytes)
    {
        // As unsigned, so that a count which overflowed before it came here is refused as well.
        if ((uint)count > (uint)Remaining.Length)
        {
            bytes = default;
            return false;
        }

        bytes = Remaining[..count];
        Remaining = Remaining[count..];
        return true;
    }
}
