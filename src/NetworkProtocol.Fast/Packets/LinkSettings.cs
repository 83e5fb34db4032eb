using System;
using System.Text;
using System.Text.Unicode;

namespace NetworkProtocol.Fast.Packets;

/// <summary>
/// What one side announces in its Hello. Payload layout, little-endian:
/// <code>
/// 0 u32 max payload | 4 u16 codecs | 6 u32 heartbeat ms | 10 u32 max requests in flight | 14 u8 + software | ignored
/// </code>
/// Values are kept as announced; <see cref="NegotiatedSettings"/> brings them within bounds.
/// </summary>
internal readonly record struct LinkSettings
{
    public LinkSettings()
    {
    }

    /// <summary>The longest payload this side accepts, compressed or not; at least 1024.</summary>
    public uint PayloadBytesMax { get; init; } = PacketLimits.PayloadBytesMax;

    /// <summary>The codecs this side can decompress.</summary>
    public CodecSet Codecs { get; init; } = CodecSet.All;

    /// <summary>How often this side wants a sign of life in each direction; 0 leaves it to the peer.</summary>
    public uint HeartbeatIntervalMs { get; init; } = 10_000;

    /// <summary>Requests the peer may have unanswered at this side; 0 takes no requests.</summary>
    public uint RequestsInFlightMax { get; init; } = 1024;

    /// <summary>Name and version for people; cut to 255 bytes of UTF-8 when written.</summary>
    public string Software { get; init; } = "";

    /// <summary>Bytes of the payload that <see cref="PacketWriter.TryWriteHello"/> writes.</summary>
    public int PayloadBytes =>
        (int)PacketLimits.HelloPayloadBytesMin
        + Encoding.UTF8.GetByteCount(PacketText.Fit(Software, PacketLimits.NameBytesMax));

    /// <summary>Bytes of the whole Hello.</summary>
    public int PacketBytes => PacketHeader.BytesCount + PayloadBytes;

    /// <summary>Reads a Hello's payload. Makes one string, for the software name.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out LinkSettings settings, out PacketFault fault)
    {
        settings = default;
        PacketReader reader = new(payload);
        if (!reader.TryReadUInt32(out uint payloadBytesMax)
            || !reader.TryReadUInt16(out ushort codecs)
            || !reader.TryReadUInt32(out uint heartbeatIntervalMs)
            || !reader.TryReadUInt32(out uint requestsInFlightMax)
            || !reader.TryReadShortString(out ReadOnlySpan<byte> software))
        {
            fault = PacketFault.Malformed("a hello ends within its fields");
            return false;
        }

        if (payloadBytesMax < PacketLimits.PayloadBytesMaxLeast)
        {
            fault = PacketFault.Malformed("a hello announces a payload maximum under 1024 bytes");
            return false;
        }

        if (!Utf8.IsValid(software))
        {
            fault = PacketFault.Malformed("the software name of a hello is not UTF-8");
            return false;
        }

        fault = default;
        settings = new LinkSettings
        {
            PayloadBytesMax = payloadBytesMax,
            Codecs = (CodecSet)codecs,
            HeartbeatIntervalMs = heartbeatIntervalMs,
            RequestsInFlightMax = requestsInFlightMax,
            Software = PacketText.ToDisplayString(software),
        };
        return true;
    }
}
