using System;
using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics;
using K4os.Compression.LZ4;
using ZstdSharp;

namespace NetworkProtocol.Fast.Packets;

/// <summary>
/// Inflates compressed payloads: <c>u32</c> uncompressed length, then one LZ4 block or one Zstd frame. In two steps,
/// so that the caller can reserve memory for a length that was checked: against the maximum, against the number of
/// compressed bytes, and against what the Zstd frame itself declares. Safe on any thread; allocates nothing in steady
/// state.
/// </summary>
/// <remarks>A fault here is one of the packet, not of the connection: the framing is intact.</remarks>
internal static class PayloadInflater
{
    /// <summary>The most that so many compressed bytes may inflate to.</summary>
    public static long UncompressedBytesMax(int compressedBytes) =>
        (long)compressedBytes * PacketLimits.InflateRatioMax + PacketLimits.InflateAllowanceBytes;

    /// <summary>
    /// Reads the uncompressed length and checks all that can be checked before a byte is decompressed.
    /// </summary>
    public static OperationStatus TryReadLength(
        ReadOnlySpan<byte> payload, PayloadCodec codec, uint payloadBytesMax, out int uncompressedBytes,
        out PacketFault fault)
    {
        uncompressedBytes = 0;
        fault = FindLengthFault(payload, codec, payloadBytesMax, out uint length);
        if (!fault.IsNone)
        {
            return OperationStatus.InvalidData;
        }

        uncompressedBytes = (int)length;
        return OperationStatus.Done;
    }

    /// <summary>
    /// Inflates into <paramref name="destination"/>, whose length is the one <see cref="TryReadLength"/> returned. On
    /// a fault its content is undefined.
    /// </summary>
    public static OperationStatus Inflate(
        ReadOnlySpan<byte> payload, PayloadCodec codec, Span<byte> destination, out PacketFault fault)
    {
        Debug.Assert(destination.Length <= PacketLimits.PayloadBytesMax, "the length was checked");
        string? reason = TryReadLength(payload, codec, (uint)destination.Length, out int length, out fault) switch
        {
            OperationStatus.Done when length != destination.Length => "the payload declares another length",
            OperationStatus.Done when codec == PayloadCodec.Lz4 => InflateLz4(CompressedOf(payload), destination),
            OperationStatus.Done => InflateZstd(CompressedOf(payload), destination),
            _ => null,
        };
        if (reason is not null)
        {
            fault = PacketFault.DecompressionFailed(reason);
        }

        return fault.IsNone ? OperationStatus.Done : OperationStatus.InvalidData;
    }

    private static ReadOnlySpan<byte> CompressedOf(ReadOnlySpan<byte> payload) =>
        payload[PacketLimits.UncompressedLengthBytes..];

    private static PacketFault FindLengthFault(
        ReadOnlySpan<byte> payload, PayloadCodec codec, uint payloadBytesMax, out uint length)
    {
        if (codec is not (PayloadCodec.Lz4 or PayloadCodec.Zstd)
            || !BinaryPrimitives.TryReadUInt32LittleEndian(payload, out length))
        {
            length = 0;
            return PacketFault.DecompressionFailed("the payload has no uncompressed length");
        }

        if (length == 0)
        {
            return PacketFault.DecompressionFailed("a compressed payload declares no bytes");
        }

        if (length > payloadBytesMax || length > PacketLimits.PayloadBytesMax)
        {
            return PacketFault.TooLarge("the uncompressed payload is over the maximum");
        }

        ReadOnlySpan<byte> compressed = CompressedOf(payload);
        if (length > UncompressedBytesMax(compressed.Length))
        {
            return PacketFault.DecompressionFailed("the payload declares more bytes than its size can hold");
        }

        return codec == PayloadCodec.Zstd ? FindFrameFault(compressed, length) : default;
    }

    private static PacketFault FindFrameFault(ReadOnlySpan<byte> compressed, uint length)
    {
        string? reason = ZstdFrame.TryRead(compressed, out ZstdFrame frame);
        if (reason is null && frame.ContentBytes != length)
        {
            reason = "the zstd frame declares another length than the payload";
        }
        else if (reason is null && frame.WindowBytes > PacketLimits.ZstdWindowBytesMax)
        {
            reason = "the zstd frame asks for a window over 16 MiB";
        }

        return reason is null ? default : PacketFault.DecompressionFailed(reason);
    }

    private static string? InflateLz4(ReadOnlySpan<byte> block, Span<byte> destination) =>
        // The bounded decoder: it stays within both spans whatever the block says, and returns -1 when that would not
        // do.
        !block.IsEmpty && LZ4Codec.Decode(block, destination) == destination.Length
            ? null
            : "the lz4 block does not inflate to the declared length";

    private static string? InflateZstd(ReadOnlySpan<byte> compressed, Span<byte> destination)
    {
        const string Fault = "the zstd frame does not inflate to the declared length";
        if (ZstdFrame.TryRead(compressed, out ZstdFrame frame) is { } reason)
        {
            return reason;
        }

        if (!frame.EndsWith(compressed))
        {
            return "the payload is not one whole zstd frame";
        }

        Decompressor decompressor = ZstdContexts.Decompressors.Get();

        // The streaming call reports damage as a status where the plain one throws. Given a whole frame and room for
        // all of its declared content it decodes in one pass straight into the destination, without a window of its
        // own.
        decompressor.ResetStream();
        OperationStatus status = decompressor.UnwrapStream(compressed, destination, out int consumed, out int written);
        ZstdContexts.Decompressors.Return(decompressor);
        bool isWhole = status == OperationStatus.Done
            && consumed == compressed.Length
            && written == destination.Length;
        return isWhole ? null : Fault;
    }
}
