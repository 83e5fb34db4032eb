using System;

namespace NetworkProtocol.Fast.Packets;

/// <summary>A whole, checked packet in the buffer it was received in. Valid as long as that buffer is.</summary>
internal readonly ref struct PacketView
{
    internal PacketView(PacketHeader header, ReadOnlySpan<byte> bytes)
    {
        Header = header;
        Bytes = bytes;
    }

    public PacketHeader Header { get; }

    /// <summary>The whole packet: header, name, payload.</summary>
    public ReadOnlySpan<byte> Bytes { get; }

    /// <summary>The name as it was sent, which nobody checked to be UTF-8.</summary>
    public ReadOnlySpan<byte> Name => Bytes.Slice(PacketHeader.BytesCount, Header.NameLength);

    /// <summary>The payload as it was sent: compressed if the header's codec says so.</summary>
    public ReadOnlySpan<byte> Payload => Bytes[(PacketHeader.BytesCount + Header.NameLength)..];

    /// <summary>
    /// What routes and handlers match by name; empty for packets that are matched by number or not at all.
    /// </summary>
    public ReadOnlySpan<byte> RoutingName => Header.Type switch
    {
        PacketType.Custom => Name,
        PacketType.Echo => PacketNames.Echo,
        PacketType.Ping => PacketNames.Ping,
        PacketType.Pong => PacketNames.Pong,
        PacketType.Disconnect => PacketNames.Disconnect,
        _ => default,
    };
}
