using System;
using System.Diagnostics;

namespace NetworkProtocol.Fast.Packets;

/// <summary>The whole packets.</summary>
internal ref partial struct PacketWriter
{
    /// <summary>
    /// Writes a packet. The lengths in the header are taken from <paramref name="name"/> (up to 255 bytes) and
    /// <paramref name="payload"/>, so they cannot disagree.
    /// </summary>
    public bool TryWrite(in PacketHeader header, scoped ReadOnlySpan<byte> name, scoped ReadOnlySpan<byte> payload)
    {
        Debug.Assert(payload.Length <= PacketLimits.PayloadBytesMax, "the caller holds the negotiated maximum");
        Span<byte> rest = Rest;
        if (name.Length > PacketLimits.NameBytesMax
            || (long)rest.Length < (long)PacketHeader.BytesCount + name.Length + payload.Length)
        {
            return false;
        }

        PacketHeader whole = header with { NameLength = (byte)name.Length, PayloadLength = (uint)payload.Length };
        whole.Write(rest);
        name.CopyTo(rest[PacketHeader.BytesCount..]);
        payload.CopyTo(rest[(PacketHeader.BytesCount + name.Length)..]);
        return Advanced(PacketHeader.BytesCount + name.Length + payload.Length);
    }

    public bool TryWriteHello(in LinkSettings settings)
    {
        int payloadBytes = settings.PayloadBytes;
        PacketHeader header = new() { Type = PacketType.Hello, PayloadLength = (uint)payloadBytes };
        if (Rest.Length < header.PacketBytes)
        {
            return false;
        }

        header.Write(Rest);
        Advanced(PacketHeader.BytesCount);
        int softwareBytes = payloadBytes - (int)PacketLimits.HelloPayloadBytesMin;
        return TryWriteUInt32(settings.PayloadBytesMax)
            && TryWriteUInt16((ushort)settings.Codecs)
            && TryWriteUInt32(settings.HeartbeatIntervalMs)
            && TryWriteUInt32(settings.RequestsInFlightMax)
            && TryWriteByte((byte)softwareBytes)
            && TryWriteText(settings.Software, softwareBytes);
    }

    /// <summary>Answers a Ping.</summary>
    public bool TryWritePong(scoped PacketView ping)
    {
        PacketHeader header = ping.Header.ToReply() with { Type = PacketType.Pong };
        return TryWrite(header, default, ping.Payload);
    }

    /// <summary>An Error about the connection, which ends it. The text is cut at 1022 bytes.</summary>
    public bool TryWriteError(ErrorCode code, scoped ReadOnlySpan<char> text)
    {
        PacketHeader header = new() { Type = PacketType.Error };
        return TryWriteCodeAndText(header, code, text);
    }

    /// <summary>An Error instead of the reply to <paramref name="request"/>. The text is cut at 1022 bytes.</summary>
    public bool TryWriteErrorReply(in PacketHeader request, ErrorCode code, scoped ReadOnlySpan<char> text)
    {
        PacketHeader header = request.ToReply() with { Type = PacketType.Error };
        return TryWriteCodeAndText(header, code, text);
    }

    /// <summary>A Disconnect. The reason is cut at 1022 bytes.</summary>
    public bool TryWriteDisconnect(ErrorCode code, scoped ReadOnlySpan<char> reason)
    {
        PacketHeader header = new() { Type = PacketType.Disconnect };
        return TryWriteCodeAndText(header, code, reason);
    }

    private bool TryWriteCodeAndText(PacketHeader header, ErrorCode code, scoped ReadOnlySpan<char> text)
    {
        int packetBytes = ErrorPayload.PacketBytes(text);
        int payloadBytes = packetBytes - PacketHeader.BytesCount;
        if (Rest.Length < packetBytes)
        {
            return false;
        }

        PacketHeader whole = header with { PayloadLength = (uint)payloadBytes };
        whole.Write(Rest);
        Advanced(PacketHeader.BytesCount);
        return TryWriteUInt16((ushort)code) && TryWriteText(text, payloadBytes - PacketLimits.CodeBytes);
    }

    /// <summary>
    /// Writes as much of a text as takes so many bytes, which the caller measured and made room for.
    /// </summary>
    private bool TryWriteText(scoped ReadOnlySpan<char> text, int bytes)
    {
        bool written = PacketText.TryEncode(PacketText.Fit(text, bytes), Rest[..bytes], out int bytesWritten);
        Debug.Assert(written && bytesWritten == bytes, "measured and written text differ");
        return written && Advanced(bytes);
    }
}
