using System;
using System.Buffers.Binary;

namespace NetworkProtocol.Fast.Packets;

/// <summary>
/// The structure of a Zstandard frame (RFC 8878), checked before the decompressor sees a byte of it: what it declares,
/// and that the payload is this one frame and nothing else.
/// </summary>
internal readonly struct ZstdFrame
{
    private const uint Magic = 0xFD2FB528;
    private const int FixedBytes = 5;
    private const int BlockHeaderBytes = 3;
    private const int ChecksumBytes = 4;
    private const int BlockBytesMax = 128 * 1024;

    private readonly int headerBytes;
    private readonly bool hasChecksum;

    private ZstdFrame(int headerBytes, bool hasChecksum, ulong contentBytes, ulong windowBytes)
    {
        this.headerBytes = headerBytes;
        this.hasChecksum = hasChecksum;
        ContentBytes = contentBytes;
        WindowBytes = windowBytes;
    }

    /// <summary>What the frame says it inflates to.</summary>
    public ulong ContentBytes { get; }

    /// <summary>The memory a streaming decompressor would need.</summary>
    public ulong WindowBytes { get; }

    /// <summary>Reads the frame header. Returns null when it is in order and otherwise what is wrong.</summary>
    public static string? TryRead(ReadOnlySpan<byte> frame, out ZstdFrame header)
    {
        header = default;
        if (frame.Length < FixedBytes || BinaryPrimitives.ReadUInt32LittleEndian(frame) != Magic)
        {
            return "the payload is no zstd frame";
        }

        byte descriptor = frame[4];
        bool isSingleSegment = (descriptor & 0x20) != 0;
        if ((descriptor & 0x08) != 0)
        {
            return "the zstd frame sets a reserved bit";
        }

        if ((descriptor & 0x03) != 0)
        {
            return "the zstd frame needs a dictionary";
        }

        int sizeFlag = descriptor >> 6;
        if (sizeFlag == 0 && !isSingleSegment)
        {
            return "the zstd frame does not declare its content size";
        }

        int windowBytes = isSingleSegment ? 0 : 1;
        int sizeBytes = 1 << sizeFlag;
        int headerBytes = FixedBytes + windowBytes + sizeBytes;
        if (frame.Length < headerBytes)
        {
            return "the zstd frame ends within its header";
        }

        ulong content = ReadContentSize(frame.Slice(FixedBytes + windowBytes, sizeBytes));
        ulong window = isSingleSegment ? content : ReadWindow(frame[FixedBytes]);
        header = new ZstdFrame(headerBytes, (descriptor & 0x04) != 0, content, window);
        return null;
    }

    /// <summary>
    /// Walks over the blocks, without looking into them, and holds the frame's end against the payload's.
    /// </summary>
    public bool EndsWith(ReadOnlySpan<byte> frame)
    {
        ReadOnlySpan<byte> rest = frame[headerBytes..];
        bool isLast = false;
        while (!isLast)
        {
            if (rest.Length < BlockHeaderBytes)
            {
                return false;
            }

            int block = rest[0] | (rest[1] << 8) | (rest[2] << 16);
            isLast = (block & 1) != 0;
            int type = (block >> 1) & 3;
            int size = block >> 3;
            int bytes = BlockHeaderBytes + (type == 1 ? 1 : size); // type 1 is one byte, repeated
            if (type == 3 || size > BlockBytesMax || rest.Length < bytes)
            {
                return false;
            }

            rest = rest[bytes..];
        }

        return rest.Length == (hasChecksum ? ChecksumBytes : 0);
    }

    private static ulong ReadContentSize(ReadOnlySpan<byte> field) => field.Length switch
    {
        1 => field[0],
        2 => BinaryPrimitives.ReadUInt16LittleEndian(field) + 256ul, // the format's own offset for two bytes
        4 => BinaryPrimitives.ReadUInt32LittleEndian(field),
        _ => BinaryPrimitives.ReadUInt64LittleEndian(field),
    };

    private static ulong ReadWindow(byte descriptor)
    {
        ulong power = 1ul << (10 + (descriptor >> 3));
        return power + (power / 8 * (uint)(descriptor & 7));
    }
}
