using System;
using System.Text;

namespace NetworkProtocol.Fast.Packets;

/// <summary>Payload of an Error: <c>u16</c> code and UTF-8 text to the end.</summary>
internal readonly ref struct ErrorPayload
{
    private ErrorPayload(ErrorCode code, ReadOnlySpan<byte> text)
    {
        Code = code;
        Text = text;
    }

    /// <summary>
    /// As sent: a number this version does not know is possible and means <see cref="ErrorCode.Internal"/>.
    /// </summary>
    public ErrorCode Code { get; }

    /// <summary>The text as sent, which nobody checked to be UTF-8.</summary>
    public ReadOnlySpan<byte> Text { get; }

    /// <summary>The text for people and logs. Makes a string.</summary>
    public string ToDisplayString() => PacketText.ToDisplayString(Text);

    /// <summary>
    /// Bytes of a whole Error with this text, which is cut at <see cref="PacketLimits.TextBytesMax"/>.
    /// </summary>
    public static int PacketBytes(ReadOnlySpan<char> text) =>
        PacketHeader.BytesCount + PacketLimits.CodeBytes
        + Encoding.UTF8.GetByteCount(PacketText.Fit(text, PacketLimits.TextBytesMax));

    public static bool TryRead(ReadOnlySpan<byte> payload, out ErrorPayload error, out PacketFault fault)
    {
        PacketReader reader = new(payload);
        bool read = reader.TryReadUInt16(out ushort code);
        error = new ErrorPayload((ErrorCode)code, reader.Remaining);
        fault = read ? default : PacketFault.Malformed("an error lacks its code");
        return read;
    }
}
