using System;
using System.Buffers.Binary;

namespace NetworkProtocol.Fast.Packets;

/// <summary>
/// Writes fields and whole packets one after another into a span. A write that does not fit returns false and leaves
/// <see cref="BytesWritten"/> as it was.
/// </summary>
internal ref partial struct PacketWriter(Span<byte> destination)
{
    private readonly Span<byte> destination = destination;

    public int BytesWritten { get; private set; }

    public readonly ReadOnlySpan<byte> Written => destination[..BytesWritten];

    private readonly Span<byte> Rest => destination[BytesWritten..];

    public bool TryWriteByte(byte value)
    {
        if (Rest.IsEmpty)
        {
            return false;
        }

        Rest[0] = value;
        return Advanced(sizeof(byte));
    }

    public bool TryWriteUInt16(ushort value) =>
        BinaryPrimitives.TryWriteUInt16LittleEndian(Rest, value) && Advanced(sizeof(ushort));

    public bool TryWriteUInt32(uint value) =>
        BinaryPrimitives.TryWriteUInt32LittleEndian(Rest, value) && Advanced(sizeof(uint));

    public bool TryWriteUInt64(ulong value) =>
        BinaryPrimitives.TryWriteUInt64LittleEndian(Rest, value) && Advanced(sizeof(ulong));

    public bool TryWriteBytes(scoped ReadOnlySpan<byte> bytes) => bytes.TryCopyTo(Rest) && Advanced(bytes.Length);

    /// <summary>A length byte and up to 255 bytes.</summary>
    public bool TryWriteShortString(scoped ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > PacketLimits.NameBytesMax || Rest.Length <= utf8.Length)
        {
            return false;
        }

        return TryWriteByte((byte)utf8.Length) && TryWriteBytes(utf8);
    }

    private bool Advanced(int bytes)
    {
        BytesWritten += bytes;
        return true;
    }
}
