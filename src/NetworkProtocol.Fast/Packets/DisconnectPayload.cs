using System;

namespace NetworkProtocol.Fast.Packets;

/// <summary>Payload of a Disconnect: laid out like an Error's; code 0 is the ordinary end.</summary>
internal readonly ref struct DisconnectPayload
{
    private DisconnectPayload(ErrorCode code, ReadOnlySpan<byte> reason)
    {
        Code = code;
        Reason = reason;
    }

    public ErrorCode Code { get; }

    /// <summary>The reason as sent, which nobody checked to be UTF-8.</summary>
    public ReadOnlySpan<byte> Reason { get; }

    /// <summary>The reason for people and logs. Makes a string.</summary>
    public string ToDisplayString() => PacketText.ToDisplayString(Reason);

    /// <summary>
    /// Bytes of a whole Disconnect with this reason, which is cut at <see cref="PacketLimits.TextBytesMax"/>.
    /// </summary>
    public static int PacketBytes(ReadOnlySpan<char> reason) => ErrorPayload.PacketBytes(reason);

    public static bool TryRead(ReadOnlySpan<byte> payload, out DisconnectPayload disconnect, out PacketFault fault)
    {
        bool read = ErrorPayload.TryRead(payload, out ErrorPayload same, out _);
        disconnect = new DisconnectPayload(same.Code, same.Text);
        fault = read ? default : PacketFault.Malformed("a disconnect lacks its code");
        return read;
    }
}
