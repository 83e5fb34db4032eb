using System;
using System.Buffers.Binary;
using System.Text;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Session;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Shared;

/// <summary>A packet that was received, out of its buffer; and the bytes of packets to send.</summary>
internal sealed record RawPacket(PacketHeader Header, byte[] Name, byte[] Payload)
{
    internal PacketType Type => Header.Type;

    internal uint Correlation => Header.Correlation;

    /// <summary>The code of an Error or Disconnect.</summary>
    internal ErrorCode Code => (ErrorCode)BinaryPrimitives.ReadUInt16LittleEndian(Payload);

    /// <summary>The text of an Error or Disconnect.</summary>
    internal string Text =>
        Encoding.UTF8.GetString(Payload, PacketLimits.CodeBytes, Payload.Length - PacketLimits.CodeBytes);

    internal static byte[] Opening(LinkSettings? settings = null) =>
        [.. PlainOpening.Magic, .. Hello(settings ?? new LinkSettings { Software = "raw" })];

    internal static byte[] Hello(LinkSettings settings)
    {
        byte[] buffer = new byte[512];
        var writer = new PacketWriter(buffer);
        Assert.That(writer.TryWriteHello(settings));
        return writer.Written.ToArray();
    }

    internal static byte[] Echo(uint correlation, ReadOnlySpan<byte> payload) =>
        Bytes(new PacketHeader { Type = PacketType.Echo, Correlation = correlation }, string.Empty, payload);

    internal static byte[] Named(string name, uint correlation, ReadOnlySpan<byte> payload) =>
        Bytes(new PacketHeader { Type = PacketType.Custom, Correlation = correlation }, name, payload);

    internal static byte[] Numbered(int type, uint correlation, ReadOnlySpan<byte> payload) =>
        Bytes(new PacketHeader { Type = (PacketType)type, Correlation = correlation }, string.Empty, payload);

    /// <summary>A reply to a request that went by name.</summary>
    internal static byte[] Reply(uint correlation, ReadOnlySpan<byte> payload)
    {
        var header =
            new PacketHeader { Type = PacketType.Custom, Flags = PacketFlags.Reply, Correlation = correlation };
        return Bytes(header, string.Empty, payload);
    }

    /// <summary>A one-way packet.</summary>
    internal static byte[] Message(string name, ReadOnlySpan<byte> payload) =>
        Bytes(new PacketHeader { Type = PacketType.Custom, Flags = PacketFlags.OneWay }, name, payload);

    internal static byte[] Ping(uint correlation) =>
        Bytes(new PacketHeader { Type = PacketType.Ping, Correlation = correlation }, string.Empty, default);

    internal static byte[] Disconnect(ErrorCode code)
    {
        byte[] buffer = new byte[128];
        var writer = new PacketWriter(buffer);
        Assert.That(writer.TryWriteDisconnect(code, "bye"));
        return writer.Written.ToArray();
    }

    internal static byte[] Error(uint correlation, ErrorCode code, string text)
    {
        byte[] buffer = new byte[256];
        var writer = new PacketWriter(buffer);
        Assert.That(correlation == 0
            ? writer.TryWriteError(code, text)
            : writer.TryWriteErrorReply(new PacketHeader { Correlation = correlation }, code, text));
        return writer.Written.ToArray();
    }

    internal static byte[] Bytes(PacketHeader header, string name, ReadOnlySpan<byte> payload)
    {
        byte[] buffer = new byte[PacketHeader.BytesCount + PacketLimits.NameBytesMax + payload.Length];
        var writer = new PacketWriter(buffer);
        Assert.That(writer.TryWrite(header, Encoding.UTF8.GetBytes(name), payload));
        return writer.Written.ToArray();
    }
}
