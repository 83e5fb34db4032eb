using System;

namespace NetworkProtocol.Fast.Packets;

/// <summary>The literals of the protocol in UTF-8.</summary>
internal static class PacketNames
{
    /// <summary>Routing name of <see cref="PacketType.Ping"/>.</summary>
    public static ReadOnlySpan<byte> Ping => "PING"u8;

    /// <summary>Routing name of <see cref="PacketType.Pong"/>.</summary>
    public static ReadOnlySpan<byte> Pong => "PONG"u8;

    /// <summary>Routing name of <see cref="PacketType.Echo"/>.</summary>
    public static ReadOnlySpan<byte> Echo => "ECHO"u8;

    /// <summary>Routing name of <see cref="PacketType.Disconnect"/>.</summary>
    public static ReadOnlySpan<byte> Disconnect => "DISCONNECT"u8;

    /// <summary>What both sides of a plain session send before their first packet.</summary>
    public static ReadOnlySpan<byte> PlainOpening => "NPF1"u8;
}
