using System;
using System.Buffers;
using NetworkProtocol.Fast.Memory;
using NetworkProtocol.Fast.Packets;

namespace NetworkProtocol.Fast.Link;

/// <summary>Payloads made on this side are compressed here, when the options ask for it and the peer can read
/// it.</summary>
internal sealed partial class PeerLink
{
    /// <summary>
    /// Like <see cref="TrySend"/>, but compresses the payload if that is configured, agreed on and worthwhile.
    /// <paramref name="route"/> is what the packet, or the request that it answers, was routed by: payloads of one
    /// route are alike, so whether they shrink is remembered by it. <paramref name="flush"/> is the batch that makes
    /// the packet; null on other threads than its own.
    /// </summary>
    internal EnqueueStatus TrySendPayload(
        in PacketHeader header, ReadOnlySpan<byte> name, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> route,
        FlushBatch? flush = null)
    {
        CompressionOptions compression = options.Compression;
        if (compression.Codec != PayloadCodec.None && payload.Length >= compression.ThresholdBytes
            && (uint)payload.Length <= settings.SendPayloadBytesMax
            && runtime.Pool.TryRent(payload.Length, out BufferLease lease))
        {
            bool compressed = runtime.Compressors[compression].TryCompress(payload, settings.Codecs,
                KeyOf(header.Type, route), lease.Span[..payload.Length], out PayloadCodec codec, out int written);
            if (compressed)
            {
                runtime.Counters.AddCompressed(codec, payload.Length, written);
            }

            EnqueueStatus status = compressed
                ? Send(header with { Flags = header.Flags | (PacketFlags)codec }, name, lease.Span[..written], flush)
                : Send(in header, name, payload, flush);
            lease.Return();
            return status;
        }

        return Send(in header, name, payload, flush);
    }

    private EnqueueStatus Send(
        in PacketHeader header, ReadOnlySpan<byte> name, ReadOnlySpan<byte> payload, FlushBatch? flush) =>
        flush is null ? TrySend(in header, name, payload) : TrySendInBatch(in header, name, payload, flush);

    private static uint KeyOf(PacketType type, ReadOnlySpan<byte> route)
    {
        var hash = default(HashCode);
        hash.Add((int)type);
        hash.AddBytes(route);
        return (uint)hash.ToHashCode();
    }

    /// <summary>
    /// The payload as its sender had it. Returns null when it could be read; <paramref name="lease"/> then
    /// holds it if it was compressed and must be returned. Otherwise the fault to answer with.
    /// </summary>
    internal PacketFault? TryInflate(in PacketView packet, out BufferLease lease, out int bytes)
    {
        PayloadCodec codec = packet.Header.Codec;
        lease = default;
        bytes = 0;
        if (!settings.Allows(codec))
        {
            return new PacketFault(ErrorCode.DecompressionFailed, "the codec of this payload was not agreed on");
        }

        if (PayloadInflater.TryReadLength(packet.Payload, codec, settings.ReceivePayloadBytesMax, out bytes,
            out PacketFault fault) != OperationStatus.Done)
        {
            return fault;
        }

        if (!runtime.Pool.TryRent(Math.Max(bytes, 1), out lease))
        {
            return new PacketFault(ErrorCode.Overloaded, "no memory to decompress the payload");
        }

        if (PayloadInflater.Inflate(packet.Payload, codec, lease.Span[..bytes], out fault)
            != OperationStatus.Done)
        {
            lease.Return();
            lease = default;
            return fault;
        }

        return null;
    }
}
