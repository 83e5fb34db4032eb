using System;
using NetworkProtocol.Fast.Packets;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Packets;

internal sealed class PacketHeaderTests
{
    private static readonly byte[] Known =
        [0x4E, 0x50, 1, 9, 0x39, 0x30, 0x0D, 3, 0x78, 0x56, 0x34, 0x12, 0x40, 0xE2, 0x01, 0];

    private static PacketHeader Full => new()
    {
        Flags = PacketFlags.OneWay | PacketFlags.Lz4,
        Type = (PacketType)12345,
        NameLength = 13,
        Hops = 3,
        Correlation = 0x12345678,
        PayloadLength = 123456,
    };

    [Test]
    public void Header_Written_HasTheBytesOfTheProtocol()
    {
        byte[] bytes = new byte[PacketHeader.BytesCount];

        Full.Write(bytes);

        Assert.That(bytes, Is.EqualTo(Known));
    }

    [Test]
    public void Header_Read_HasTheFieldsThatWereWritten()
    {
        PacketHeader header = PacketHeader.Read(Known);

        Assert.Multiple(() =>
        {
            Assert.That(header.Flags, Is.EqualTo(PacketFlags.OneWay | PacketFlags.Lz4));
            Assert.That(header.Codec, Is.EqualTo(PayloadCodec.Lz4));
            Assert.That(header.Type, Is.EqualTo((PacketType)12345));
            Assert.That(header.NameLength, Is.EqualTo(13));
            Assert.That(header.Hops, Is.EqualTo(3));
            Assert.That(header.Correlation, Is.EqualTo(0x12345678));
            Assert.That(header.PayloadLength, Is.EqualTo(123456));
            Assert.That(header.PacketBytes, Is.EqualTo(16 + 13 + 123456));
            Assert.That(header.IsOneWay, Is.True);
            Assert.That(header.IsReply, Is.False);
            Assert.That(header.WantsReply, Is.False);
        });
    }

    [Test]
    public void Header_New_MayPassTheInitialHops()
    {
        Assert.That(new PacketHeader().Hops, Is.EqualTo(PacketLimits.HopsInitial));
        Assert.That(new PacketHeader().WantsReply, Is.True);
    }

    [Test]
    public void Header_FieldsAtTheirMaximum_LeaveTheirNeighboursAlone()
    {
        PacketHeader all = new()
        {
            Flags = (PacketFlags)255, Type = (PacketType)65535, NameLength = 255, Hops = 255,
            Correlation = uint.MaxValue, PayloadLength = uint.MaxValue,
        };
        byte[] bytes = new byte[16];
        Span<byte> rest = bytes.AsSpan(3);

        (all with { Flags = 0, Type = 0, NameLength = 0, Hops = 0, Correlation = 0, PayloadLength = 0 }).Write(bytes);
        Assert.That(rest.IndexOfAnyExcept((byte)0), Is.EqualTo(-1), "all fields cleared");

        all.Write(bytes);
        Assert.That(rest.IndexOfAnyExcept((byte)255), Is.EqualTo(-1), "all fields set");
    }

    [Test]
    public void With_OtherHopsAndCorrelation_KeepsTheRest()
    {
        byte[] bytes = new byte[16];

        Full.With(hops: 2, correlation: 0xAABBCCDD).Write(bytes);

        byte[] expected = [.. Known[..7], 2, 0xDD, 0xCC, 0xBB, 0xAA, .. Known[12..]];
        Assert.That(bytes, Is.EqualTo(expected));
    }

    [Test]
    public void ToReply_OfARequest_KeepsTypeAndCorrelationAlone()
    {
        PacketHeader reply = Full.ToReply();

        Assert.Multiple(() =>
        {
            Assert.That(reply.Flags, Is.EqualTo(PacketFlags.Reply));
            Assert.That(reply.Type, Is.EqualTo(Full.Type));
            Assert.That(reply.Correlation, Is.EqualTo(Full.Correlation));
            Assert.That(reply.NameLength, Is.Zero);
            Assert.That(reply.PayloadLength, Is.Zero);
        });
    }
}
