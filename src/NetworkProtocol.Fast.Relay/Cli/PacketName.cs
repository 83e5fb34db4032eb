using System.Globalization;
using System.Text;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Packets;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>What a packet is routed by, as given on the command line.</summary>
/// <param name="Text">As written.</param>
/// <param name="Number">The type number; 0 when it is a name.</param>
internal readonly record struct PacketName(string Text, int Number)
{
    internal static PacketName Echo => new("ECHO", 0);

    internal bool IsNumber => Number != 0;

    /// <summary>The type that stands in the header.</summary>
    internal PacketType Type => IsNumber ? (PacketType)Number : Text switch
    {
        "ECHO" => PacketType.Echo,
        "PING" => PacketType.Ping,
        _ => PacketType.Custom,
    };

    /// <summary>The name that stands behind the header; empty where the type says it all.</summary>
    internal byte[] Utf8 => Type == PacketType.Custom ? Encoding.UTF8.GetBytes(Text) : [];

    /// <summary>Reads a name or a number.</summary>
    /// <returns>Null, or what is wrong and what to write.</returns>
    internal static string? Parse(string text, out PacketName value)
    {
        value = default;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
        {
            value = new PacketName(text, number);
            return number is >= RouteMatch.NumberMin and <= RouteMatch.NumberMax
                ? null
                : $"type number {text} is out of range; "
                    + $"use {RouteMatch.NumberMin} to {RouteMatch.NumberMax}, or a name";
        }

        value = new PacketName(text, 0);
        return Encoding.UTF8.GetByteCount(text) is >= 1 and <= PacketLimits.NameBytesMax
            ? null
            : "a packet name has 1 to 255 bytes; use a shorter one";
    }

    /// <inheritdoc/>
    public override string ToString() => Text;
}
