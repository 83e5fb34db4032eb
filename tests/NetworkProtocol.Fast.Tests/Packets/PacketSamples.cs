using System;
using System.Collections.Generic;
using System.Linq;
using NetworkProtocol.Fast.Packets;

namespace NetworkProtocol.Fast.Tests.Packets;

/// <summary>One or more packets of every kind the protocol has.</summary>
internal static class PacketSamples
{
    public static IReadOnlyList<(string Kind, byte[] Bytes)> All { get; } = Make().ToList();

    /// <summary>All samples behind one another, as a connection carries them.</summary>
    public static byte[] Stream { get; } = All.SelectMany(sample => sample.Bytes).ToArray();

    public static byte[] Packet(in PacketHeader header, ReadOnlySpan<byte> name, ReadOnlySpan<byte> payload)
    {
        byte[] bytes = new byte[PacketHeader.BytesCount + name.Length + payload.Length];
        PacketWriter writer = new(bytes);
        return writer.TryWrite(header, name, payload)
            ? bytes
            : throw new InvalidOperationException("the sample does not fit");
    }

    public static byte[] Hello(in LinkSettings settings)
    {
        byte[] bytes = new byte[settings.PacketBytes];
        PacketWriter writer = new(bytes);
        return writer.TryWriteHello(settings) ? bytes : throw new InvalidOperationException("the sample does not fit");
    }

    public static byte[] Pattern(int bytes) => Enumerable.Range(0, bytes).Select(i => (byte)(i * 7)).ToArray();

    private static IEnumerable<(string Kind, byte[] Bytes)> Make()
    {
        yield return ("hello", Hello(new LinkSettings { Software = "sample/1 µ" }));
        yield return ("hello with trailing bytes", Packet(
            new PacketHeader { Type = PacketType.Hello }, default, [.. Hello(new LinkSettings())[16..], 1, 2, 3]));
        PacketHeader ping = new() { Type = PacketType.Ping, Correlation = 7 };
        yield return ("ping", Packet(ping, default, Pattern(64)));
        yield return ("one-way ping", Packet(
            ping with { Flags = PacketFlags.OneWay, Correlation = 0 }, default, default));
        yield return ("pong", Packet(ping.ToReply() with { Type = PacketType.Pong }, default, Pattern(64)));
        yield return ("echo", Packet(ping with { Type = PacketType.Echo }, default, Pattern(100)));
        yield return ("disconnect", Packet(
            new PacketHeader { Type = PacketType.Disconnect }, default, [0, 0, .. "done"u8]));
        yield return ("error", Packet(new PacketHeader { Type = PacketType.Error }, default, [1, 0, .. "bad"u8]));
        yield return ("error reply", Packet(ping.ToReply() with { Type = PacketType.Error }, default, [5, 0]));
        foreach ((string kind, byte[] bytes) in MakeGeneral())
        {
            yield return (kind, bytes);
        }
    }

    private static IEnumerable<(string Kind, byte[] Bytes)> MakeGeneral()
    {
        ushort[] types = [5, 7, 8, 9, 10, 15, 16, 255, 256, 65535];
        foreach (ushort type in types)
        {
            PacketHeader header = new() { Type = (PacketType)type, Correlation = uint.MaxValue, Hops = 255 };
            yield return ($"type {type}", Packet(header, "orders.create"u8, Pattern(33)));
            yield return ($"type {type}, empty", Packet(header with { Hops = 0, Correlation = 0 }, default, default));
            yield return ($"type {type}, longest name", Packet(
                header with { Flags = PacketFlags.OneWay }, Pattern(255), default));
            yield return ($"type {type}, reply", Packet(
                header with { Flags = PacketFlags.Reply }, default, Pattern(17)));
            yield return ($"type {type}, compressed", Packet(
                header with { Flags = PacketFlags.Reply | PacketFlags.Zstd }, default, Pattern(4)));
        }
    }
}
