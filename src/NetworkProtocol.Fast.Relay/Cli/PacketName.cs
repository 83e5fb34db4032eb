using System.Text;
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

    /// <inheritdoc/>
    public override string ToString() => Text;
}
