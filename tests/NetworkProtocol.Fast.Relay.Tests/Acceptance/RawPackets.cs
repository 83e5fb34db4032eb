using System;
using System.Text;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Session;

namespace NetworkProtocol.Fast.Relay.Tests.Acceptance;

/// <summary>Bytes as a client writes them, for clients that misbehave.</summary>
internal static class RawPackets
{
    /// <summary>The plain opening and a Hello.</summary>
    internal static byte[] Opening()
    {
        byte[] buffer = new byte[512];
        PlainOpening.Magic.CopyTo(buffer);
        var writer = new PacketWriter(buffer.AsSpan(PlainOpening.Magic.Length));
        writer.TryWriteHello(new LinkSettings { Software = "raw" });
        return buffer[..(PlainOpening.Magic.Length + writer.Written.Length)];
    }

    /// <summary>A whole request; "ECHO" becomes the type of that name.</summary>
    internal static byte[] Request(string name, uint correlation, byte[] payload)
    {
        bool echo = name == "ECHO";
        byte[] buffer = new byte[PacketHeader.BytesCount + 255 + payload.Length];
        var writer = new PacketWriter(buffer);
        writer.TryWrite(
            new PacketHeader { Type = echo ? PacketType.Echo : PacketType.Custom, Correlation = correlation },
            echo ? default : Encoding.UTF8.GetBytes(name),
            payload);
        return buffer[..writer.Written.Length];
    }
}
