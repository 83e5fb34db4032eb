using System;
using System.Buffers.Binary;
using System.Diagnostics;
using K4os.Compression.LZ4;
using Microsoft.Extensions.ObjectPool;
using ZstdSharp;

namespace NetworkProtocol.Fast.Packets;

/// <summary>
/// Compresses payloads where that pays: above a threshold, for routes whose payloads shrink, with a codec the receiver
/// announced. Safe on any thread; one instance serves a whole server or client. Allocates nothing in steady state.
/// </summary>
/// <remarks>
/// The highest levels cost a hundred times the lowest, seconds for a payload of 16 MiB: they do not belong on I/O
/// threads that carry large payloads.
/// </remarks>
internal sealed class PayloadCompressor : IDisposable
{
    /// <summary>What compressing must save to be worth inflating at the other end: a sixteenth.</summary>
    internal const int SavingShift = 4;

    private readonly CompressionOptions options;
    private readonly RouteCompressibility routes = new();
    private readonly ObjectPool<Compressor>? zstd;

    public PayloadCompressor(CompressionOptions options)
    {
        this.options = options;
        zstd = options.Codec == PayloadCodec.Zstd ? ZstdContexts.CreateCompressors(options.Level) : null;
    }

    /// <summary>Compresses a payload, or says that it is to be sent as it is.</summary>
    /// <param name="payload">The payload, within the receiver's maximum.</param>
    /// <param name="allowed">The codecs both sides announced.</param>
    /// <param name="routeKey">Stands for payloads of one kind, such as a hash of the routing name.</param>
    /// <param name="destination">
    /// At least as long as <paramref name="payload"/>; overwritten even when the result is false.
    /// </param>
    /// <param name="codec">The codec for the packet's flags, when true.</param>
    /// <param name="written">Bytes of the compressed payload with its length in front, when true.</param>
    public bool TryCompress(
        ReadOnlySpan<byte> payload, CodecSet allowed, uint routeKey, Span<byte> destination, out PayloadCodec codec,
        out int written)
    {
        Debug.Assert(destination.Length >= payload.Length, "a result may be nearly as long as the payload");
        codec = PayloadCodec.None;
        written = 0;
        bool isWanted = payload.Length >= options.ThresholdBytes
            && (allowed & (CodecSet)options.Codec) != 0
            && payload.Length <= PacketLimits.PayloadBytesMax
            && routes.ShouldTry(routeKey);
        int room = payload.Length - (payload.Length >> SavingShift);
        if (!isWanted || room <= PacketLimits.UncompressedLengthBytes || destination.Length < room)
        {
            return false;
        }

        // The codec gets only the room that would still pay, so it gives up as soon as it needs more.
        int compressed = Encode(payload, destination[PacketLimits.UncompressedLengthBytes..room]);
        if (compressed <= 0)
        {
            routes.DidNotShrink(routeKey);
            return false;
        }

        routes.Shrank(routeKey);
        if (payload.Length > PayloadInflater.UncompressedBytesMax(compressed))
        {
            // Honest data can shrink beyond what a receiver takes for honest.
            return false;
        }

        BinaryPrimitives.WriteUInt32LittleEndian(destination, (uint)payload.Length);
        codec = options.Codec;
        written = PacketLimits.UncompressedLengthBytes + compressed;
        return true;
    }

    /// <summary>Frees the native memory of compressors that are not in use.</summary>
    public void Dispose() => (zstd as IDisposable)?.Dispose();

    /// <summary>Returns the number of bytes, or 0 or less when they do not fit.</summary>
    private int Encode(ReadOnlySpan<byte> payload, Span<byte> destination)
    {
        if (zstd is null)
        {
            return LZ4Codec.Encode(payload, destination, (LZ4Level)options.Level);
        }

        Compressor compressor = zstd.Get();
        bool fits = compressor.TryWrap(payload, destination, out int written);
        zstd.Return(compressor);
        return fits ? written : 0;
    }
}
