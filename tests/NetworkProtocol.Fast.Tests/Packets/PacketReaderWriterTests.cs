using System;
using System.Buffers;
using System.Text;
using NetworkProtocol.Fast.Packets;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Packets;

internal sealed class PacketReaderWriterTests
{
    [Test]
    public void Fields_WrittenAndRead_AreTheSame()
    {
        byte[] bytes = new byte[64];
        PacketWriter writer = new(bytes);
        Assert.That(writer.TryWriteByte(1), Is.True);
        Assert.That(writer.TryWriteUInt16(0x0203), Is.True);
        Assert.That(writer.TryWriteUInt32(0x04050607), Is.True);
        Assert.That(writer.TryWriteUInt64(0x08090A0B0C0D0E0F), Is.True);
        Assert.That(writer.TryWriteShortString("abc"u8), Is.True);
        Assert.That(writer.TryWriteBytes("rest"u8), Is.True);
        Assert.That(Convert.ToHexString(writer.Written),
            Is.EqualTo("01" + "0302" + "07060504" + "0F0E0D0C0B0A0908" + "03616263" + "72657374"));

        PacketReader reader = new(writer.Written);
        Assert.That(reader.TryReadByte(out byte one) && one == 1, Is.True);
        Assert.That(reader.TryReadUInt16(out ushort two) && two == 0x0203, Is.True);
        Assert.That(reader.TryReadUInt32(out uint four) && four == 0x04050607, Is.True);
        Assert.That(reader.TryReadUInt64(out ulong eight) && eight == 0x08090A0B0C0D0E0F, Is.True);
        Assert.That(reader.TryReadShortString(out ReadOnlySpan<byte> text) && text.SequenceEqual("abc"u8), Is.True);
        Assert.That(reader.TryReadBytes(4, out ReadOnlySpan<byte> rest) && rest.SequenceEqual("rest"u8), Is.True);
        Assert.That(reader.Remaining.Length, Is.Zero);
    }

    [Test]
    public void Reader_TooFewBytes_TakesNone()
    {
        for (int length = 0; length < 8; length++)
        {
            PacketReader reader = new(new byte[length]);
            bool isRefused = !reader.TryReadUInt64(out _)
                && (length >= 4 || !reader.TryReadUInt32(out _))
                && (length >= 2 || !reader.TryReadUInt16(out _))
                && (length >= 1 || !reader.TryReadByte(out _))
                && !reader.TryReadBytes(length + 1, out _)
                && !reader.TryReadBytes(-1, out _);
            Assert.That(isRefused, Is.True, $"{length} bytes");
            Assert.That(reader.Remaining.Length, Is.EqualTo(length));
        }
    }

    [Test]
    public void Reader_ShortStringBeyondTheEnd_TakesNone()
    {
        PacketReader reader = new([3, 1, 2]);

        Assert.That(reader.TryReadShortString(out _), Is.False);
        Assert.That(reader.Remaining.Length, Is.EqualTo(3));
    }

    [Test]
    public void Writer_PacketOfEverySize_FitsExactlyItsBytes()
    {
        byte[] bytes = new byte[64];
        PacketHeader header = new() { Type = PacketType.Custom };
        int packetBytes = PacketHeader.BytesCount + 4 + 7;
        for (int room = 0; room < bytes.Length; room++)
        {
            PacketWriter writer = new(bytes.AsSpan(0, room));
            bool fits = writer.TryWrite(header, "name"u8, "payload"u8);

            Assert.That(fits, Is.EqualTo(room >= packetBytes), $"{room} bytes");
            Assert.That(writer.BytesWritten, Is.EqualTo(fits ? packetBytes : 0));
        }
    }

    [Test]
    public void Writer_NameOver255Bytes_IsRefused()
    {
        PacketWriter writer = new(new byte[1024]);

        Assert.That(writer.TryWrite(new PacketHeader { Type = PacketType.Custom }, new byte[256], default), Is.False);
        Assert.That(writer.TryWriteShortString(new byte[256]), Is.False);
        Assert.That(writer.BytesWritten, Is.Zero);
    }

    [Test]
    public void Writer_Pong_EchoesCorrelationAndPayload()
    {
        byte[] ping = PacketSamples.Packet(
            new PacketHeader { Type = PacketType.Ping, Correlation = 77, Hops = 3 }, default, "12345678"u8);
        Assert.That(
            PacketFramer.Read(ping, 1024, out PacketView view, out _, out _), Is.EqualTo(OperationStatus.Done));
        byte[] bytes = new byte[64];
        PacketWriter writer = new(bytes);

        Assert.That(writer.TryWritePong(view), Is.True);

        PacketHeader pong = new() { Type = PacketType.Pong, Flags = PacketFlags.Reply, Correlation = 77 };
        Assert.That(writer.Written.ToArray(), Is.EqualTo(PacketSamples.Packet(pong, default, "12345678"u8)));
    }

    [TestCase("", 0)]
    [TestCase("no route for orders", 19)]
    [TestCase("é", 2)]
    [TestCase("half <", 5 + 3)] // stands for half a surrogate pair, which an attribute cannot carry
    public void Writer_ErrorReply_CarriesCodeTextAndCorrelation(string text, int textBytes)
    {
        text = text.Replace('<', '\ud800');
        PacketHeader request = new() { Type = PacketType.Custom, Correlation = 5, NameLength = 200 };
        byte[] bytes = new byte[ErrorPayload.PacketBytes(text)];
        PacketWriter writer = new(bytes);

        Assert.That(writer.TryWriteErrorReply(request, ErrorCode.NoRoute, text), Is.True);

        Assert.That(writer.BytesWritten, Is.EqualTo(16 + 2 + textBytes));
        Assert.That(
            PacketFramer.Read(bytes, 1024, out PacketView view, out _, out _), Is.EqualTo(OperationStatus.Done));
        Assert.That(view.Header.Type, Is.EqualTo(PacketType.Error));
        Assert.That(view.Header.Flags, Is.EqualTo(PacketFlags.Reply));
        Assert.That(view.Header.Correlation, Is.EqualTo(5));
        Assert.That(ErrorPayload.TryRead(view.Payload, out ErrorPayload error, out _), Is.True);
        Assert.That(error.Code, Is.EqualTo(ErrorCode.NoRoute));
        Assert.That(error.ToDisplayString(), Is.EqualTo(text.Replace('\ud800', '\uFFFD')));
    }

    [Test]
    public void Writer_TextOverItsMaximum_IsCutBetweenCharacters()
    {
        string text = new('€', 400); // 3 bytes each: 340 fit into 1022
        byte[] bytes = new byte[2048];
        PacketWriter writer = new(bytes);

        Assert.That(writer.TryWriteDisconnect(ErrorCode.ShuttingDown, text), Is.True);

        Assert.That(writer.BytesWritten, Is.EqualTo(DisconnectPayload.PacketBytes(text)).And.EqualTo(16 + 2 + 1020));
        Assert.That(DisconnectPayload.TryRead(writer.Written[16..], out DisconnectPayload payload, out _), Is.True);
        Assert.That(payload.Code, Is.EqualTo(ErrorCode.ShuttingDown));
        Assert.That(payload.ToDisplayString(), Is.EqualTo(new string('€', 340)));
    }

    [Test]
    public void Writer_ConnectionError_IsNoReply()
    {
        byte[] bytes = new byte[64];
        PacketWriter writer = new(bytes);

        Assert.That(writer.TryWriteError(ErrorCode.Malformed, "x"), Is.True);

        PacketHeader header = PacketHeader.Read(bytes);
        Assert.That((header.Type, header.Flags, header.Correlation),
            Is.EqualTo((PacketType.Error, PacketFlags.None, 0u)));
    }

    [Test]
    public void Writer_ControlPacketsWithoutRoom_WriteNothing()
    {
        for (int room = 0; room < 20; room++)
        {
            PacketWriter writer = new(new byte[room]);
            bool any = writer.TryWriteError(ErrorCode.Internal, "abc")
                || writer.TryWriteDisconnect(ErrorCode.None, "abc")
                || writer.TryWriteHello(new LinkSettings());
            Assert.That(any, Is.False);
            Assert.That(writer.BytesWritten, Is.Zero);
        }
    }

    [Test]
    public void Payloads_WithoutACode_AreRefused()
    {
        Assert.That(ErrorPayload.TryRead([1], out _, out PacketFault error), Is.False);
        Assert.That(error, Is.EqualTo(new PacketFault(ErrorCode.Malformed, "an error lacks its code")));
        Assert.That(DisconnectPayload.TryRead(default, out _, out PacketFault disconnect), Is.False);
        Assert.That(disconnect, Is.EqualTo(new PacketFault(ErrorCode.Malformed, "a disconnect lacks its code")));
    }

    [Test]
    public void Text_OfAPeer_IsShownWithoutControlCharacters()
    {
        byte[] text = [.. "a\u001b[31m\nb\u0085"u8, 0xFF, .. "é"u8];

        Assert.That(PacketText.ToDisplayString(text), Is.EqualTo("a\uFFFD[31m\uFFFDb\uFFFD\uFFFDé"));
        Assert.That(PacketText.ToDisplayString(Encoding.UTF8.GetBytes("plain")), Is.EqualTo("plain"));

        // Text turned round, a new line by another name, a character that does not show, and a tag.
        Assert.That(
            PacketText.ToDisplayString(Encoding.UTF8.GetBytes("a\u202Eb\u2028c\u2029d\u200Be\U000E0041f😀")),
            Is.EqualTo("a\uFFFDb\uFFFDc\uFFFDd\uFFFDe\uFFFD\uFFFDf😀"));
    }

    /// <summary>The numbers are on the wire: changing one breaks every peer.</summary>
    [Test]
    public void ErrorCodes_Numbers_AreThoseOfTheProtocol()
    {
        string[] names = Enum.GetNames<ErrorCode>();

        Assert.That(names, Is.EqualTo(new[]
        {
            "None", "Malformed", "UnsupportedVersion", "TooLarge", "UnknownType", "NoRoute", "NoUpstream", "Timeout",
            "Overloaded", "HopLimit", "Unauthorized", "HandlerFailed", "ShuttingDown", "SlowConsumer",
            "DecompressionFailed", "Internal",
        }));
        for (int i = 0; i < names.Length; i++)
        {
            Assert.That((int)Enum.Parse<ErrorCode>(names[i]), Is.EqualTo(i));
        }
    }
}
