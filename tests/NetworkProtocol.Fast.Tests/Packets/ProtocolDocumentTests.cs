using System;
using System.Buffers;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using NetworkProtocol.Fast.Packets;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Packets;

/// <summary>Holds docs/PROTOCOL.md and the code against each other, byte by byte.</summary>
internal sealed class ProtocolDocumentTests
{
    private const uint PayloadBytesMax = 65536;
    private const uint Correlation = 0x12345678;

    private static readonly byte[] PingPayload = [1, 2, 3, 4, 5, 6, 7, 8];

    private static readonly LinkSettings Client = new()
    {
        PayloadBytesMax = 1 << 20, Codecs = CodecSet.All, HeartbeatIntervalMs = 10_000, RequestsInFlightMax = 0,
        Software = "demo/1.0",
    };

    private static readonly LinkSettings Server = new()
    {
        PayloadBytesMax = 16 << 20, Codecs = CodecSet.Lz4, HeartbeatIntervalMs = 15_000, RequestsInFlightMax = 1024,
        Software = "npfast",
    };

    // Those of secure sessions are held against the code in the tests of that room.
    private static IEnumerable<string> Names =>
        ProtocolDocument.Examples.Keys.Where(name => !ProtocolDocument.IsOfSessions(name));

    private static IEnumerable<string> PacketNamesOnly => Names.Where(name => name != "opening");

    [Test]
    public void Examples_InTheDocument_AreTheOnesKnownHere()
    {
        Assert.That(Names, Is.EquivalentTo(new[]
        {
            "opening", "hello-client", "hello-server", "ping", "pong", "echo", "echo-reply", "request", "reply",
            "error-reply", "one-way", "by-number", "lz4", "zstd", "disconnect", "error-connection",
        }));
    }

    [TestCaseSource(nameof(Names))]
    public void Example_EncodedHere_IsTheDocumentsBytes(string name)
    {
        Assert.That(Encode(name), Is.EqualTo(ProtocolDocument.Examples[name]));
    }

    [TestCaseSource(nameof(PacketNamesOnly))]
    public void Example_DecodedAndEncodedAgain_IsTheSame(string name)
    {
        byte[] bytes = ProtocolDocument.Examples[name];

        OperationStatus status = PacketFramer.Read(
            bytes, PayloadBytesMax, out PacketView packet, out int read, out PacketFault fault);

        Assert.That(status, Is.EqualTo(OperationStatus.Done), fault.Text);
        Assert.That(read, Is.EqualTo(bytes.Length));
        Assert.That(PacketSamples.Packet(packet.Header, packet.Name, packet.Payload), Is.EqualTo(bytes));
    }

    [TestCase("hello-client")]
    [TestCase("hello-server")]
    public void Example_Hello_HasTheSettingsTheTextSays(string name)
    {
        ReadOnlySpan<byte> payload = ProtocolDocument.Examples[name].AsSpan(16);
        Assert.That(LinkSettings.TryRead(payload, out LinkSettings settings, out _), Is.True);
        Assert.That(settings, Is.EqualTo(name == "hello-client" ? Client : Server));
    }

    [Test]
    public void Example_Hellos_NegotiateWhatTheTextSays()
    {
        NegotiatedSettings client = NegotiatedSettings.From(Client, Server);

        Assert.That(client.Codecs, Is.EqualTo(CodecSet.Lz4));
        Assert.That(client.HeartbeatIntervalMs, Is.EqualTo(10_000));
        Assert.That(client.SendRequestsInFlightMax, Is.EqualTo(1024));
        Assert.That(client.ReceiveRequestsInFlightMax, Is.Zero);
        Assert.That(client.ReceivePayloadBytesMax, Is.EqualTo(1_048_576));
    }

    [TestCase("lz4", PayloadCodec.Lz4, "abababababababababababababababab")]
    [TestCase("zstd", PayloadCodec.Zstd, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public void Example_Compressed_InflatesToWhatTheTextSays(string name, PayloadCodec codec, string expected)
    {
        _ = PacketFramer.Read(ProtocolDocument.Examples[name], PayloadBytesMax, out PacketView packet, out _, out _);

        byte[]? inflated = PayloadCompressorTests.Inflate(packet.Payload, codec, out PacketFault fault);

        Assert.That(packet.Header.Codec, Is.EqualTo(codec));
        Assert.That(inflated, Is.EqualTo(Encoding.UTF8.GetBytes(expected)), fault.Text);
    }

    [Test]
    public void RefusedBytes_InTheDocument_AreRefusedAtTheirLastByte()
    {
        Assert.That(ProtocolDocument.Refusals, Has.Count.GreaterThanOrEqualTo(20));
        foreach ((byte[] bytes, int code, string text) in ProtocolDocument.Refusals)
        {
            string shown = Convert.ToHexString(bytes);
            Assert.That(PacketFramer.Read(bytes.AsSpan(0, bytes.Length - 1), PayloadBytesMax, out _, out _, out _),
                Is.EqualTo(OperationStatus.NeedMoreData), shown);
            Assert.That(PacketFramer.Read(bytes, PayloadBytesMax, out _, out _, out PacketFault fault),
                Is.EqualTo(OperationStatus.InvalidData), shown);
            Assert.That(fault, Is.EqualTo(new PacketFault((ErrorCode)code, text)), shown);
        }
    }

    [Test]
    public void ErrorCodes_InTheDocument_AreThoseOfTheCode()
    {
        Assert.That(
            ProtocolDocument.ErrorCodes,
            Is.EqualTo(Enum.GetValues<ErrorCode>().Select(code => ((int)code, code.ToString()))));
    }

    private static byte[] Encode(string name)
    {
        if (name == "opening")
        {
            return PacketNames.PlainOpening.ToArray();
        }

        byte[] bytes = new byte[256];
        PacketWriter writer = new(bytes);
        Assert.That(TryEncode(name, ref writer), Is.True);
        return writer.Written.ToArray();
    }

    private static bool TryEncode(string name, ref PacketWriter writer)
    {
        PacketHeader ping = new() { Type = PacketType.Ping, Correlation = 1 };
        PacketHeader echo = new() { Type = PacketType.Echo, Correlation = 2 };
        PacketHeader custom = new() { Type = PacketType.Custom, Correlation = Correlation };
        PacketHeader toLog = new() { Type = PacketType.Custom };
        return name switch
        {
            "hello-client" => writer.TryWriteHello(Client),
            "hello-server" => writer.TryWriteHello(Server),
            "ping" => writer.TryWrite(ping, default, PingPayload),
            "pong" => writer.TryWritePong(new PacketView(ping, [.. new byte[16], .. PingPayload])),
            "echo" => writer.TryWrite(echo, default, "hello"u8),
            "echo-reply" => writer.TryWrite(echo.ToReply(), default, "hello"u8),
            "request" => writer.TryWrite(custom, "orders.get"u8, "{\"id\":7}"u8),
            "reply" => writer.TryWrite(custom.ToReply(), default, "{\"total\":42}"u8),
            "error-reply" => writer.TryWriteErrorReply(custom, ErrorCode.NoRoute, "no route for orders.get"),
            "one-way" => writer.TryWrite(toLog with { Flags = PacketFlags.OneWay }, "log"u8, "started"u8),
            "by-number" => writer.TryWrite(
                new PacketHeader { Type = (PacketType)300, Correlation = 3 }, default, [0xFF]),
            "lz4" => writer.TryWrite(
                toLog with { Flags = PacketFlags.Lz4, Correlation = 4 }, "log"u8,
                [32, 0, 0, 0, 0x2F, .. "ab"u8, 2, 0, 6, 0x50, .. "babab"u8]),
            "zstd" => writer.TryWrite(
                toLog with { Flags = PacketFlags.Reply | PacketFlags.Zstd, Correlation = 5 }, default,
                [32, 0, 0, 0, 0x28, 0xB5, 0x2F, 0xFD, 0x20, 32, 3, 1, 0, .. "a"u8]),
            "disconnect" => writer.TryWriteDisconnect(ErrorCode.ShuttingDown, "draining"),
            "error-connection" => writer.TryWriteError(ErrorCode.Malformed, "magic is not \"NP\""),
            _ => false,
        };
    }
}
