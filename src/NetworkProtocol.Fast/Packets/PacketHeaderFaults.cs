using System;
using System.Buffers.Binary;

namespace NetworkProtocol.Fast.Packets;

/// <summary>
/// The cold half of <see cref="PacketFramer"/>: says which field of a header, or of the part that has come, is at
/// fault. Goes through the fields in their order on the wire and judges each as soon as its last byte is there, so
/// that a peer that speaks something else is refused at its first wrong byte.
/// </summary>
internal static class PacketHeaderFaults
{
    private const string MagicText = "magic is not \"NP\"";

    /// <summary>The first fault, or none. <paramref name="header"/> has up to 16 bytes.</summary>
    public static PacketFault Find(ReadOnlySpan<byte> header, uint payloadBytesMax)
    {
        if (header.Length > 0 && header[0] != (byte)'N'
            || header.Length > 1 && header[1] != (byte)'P')
        {
            return PacketFault.Malformed(MagicText);
        }

        if (header.Length > 2 && header[2] != PacketHeader.Version)
        {
            return new PacketFault(ErrorCode.UnsupportedVersion, "version is not 1");
        }

        if (header.Length <= 3)
        {
            return default;
        }

        byte flags = header[3];
        PacketFault fault = OfFlags(flags);
        if (!fault.IsNone || header.Length <= 5)
        {
            return fault;
        }

        PacketType type = (PacketType)BinaryPrimitives.ReadUInt16LittleEndian(header[4..]);
        ulong rule = PacketRules.Of((ushort)type);
        if (!PacketRules.AllowsFlags(rule, flags))
        {
            return PacketFault.Malformed(FlagsText(type));
        }

        if (header.Length > 6 && header[6] > PacketRules.NameBytesMax(rule, flags))
        {
            return PacketFault.Malformed(
                (flags & (byte)PacketFlags.Reply) != 0 ? "a reply has a name" : NameText(type));
        }

        if (header.Length < PacketHeader.BytesCount)
        {
            return default;
        }

        uint payloadLength = BinaryPrimitives.ReadUInt32LittleEndian(header[12..]);
        return OfPayloadLength(payloadLength, payloadBytesMax, rule, flags, type);
    }

    private static PacketFault OfFlags(byte flags)
    {
        if (flags >= 16)
        {
            return PacketFault.Malformed("flags bits 4 to 7 are not zero");
        }

        if ((flags & PacketRules.CodecMask) == PacketRules.CodecMask)
        {
            return PacketFault.Malformed("codec 3 does not exist");
        }

        const byte Both = (byte)(PacketFlags.Reply | PacketFlags.OneWay);
        return (flags & Both) == Both ? PacketFault.Malformed("a reply is marked one-way") : default;
    }

    private static PacketFault OfPayloadLength(
        uint length, uint payloadBytesMax, ulong rule, byte flags, PacketType type)
    {
        if (length > PacketRules.PayloadBytesMax(rule))
        {
            return PacketFault.TooLarge(TooLargeText(type));
        }

        if (length > payloadBytesMax)
        {
            return PacketFault.TooLarge("payload is over the maximum this side announced");
        }

        if (length >= PacketRules.PayloadBytesMin(rule, flags))
        {
            return default;
        }

        return PacketFault.Malformed((flags & PacketRules.CodecMask) != 0
            ? "a compressed payload lacks its uncompressed length"
            : TooShortText(type));
    }

    private static string FlagsText(PacketType type) => type switch
    {
        PacketType.Hello => "a hello has flags",
        PacketType.Ping => "a ping has flags other than one-way",
        PacketType.Pong => "a pong is not a plain reply",
        PacketType.Disconnect => "a disconnect has flags",
        _ => "an error has flags other than reply",
    };

    private static string NameText(PacketType type) => type switch
    {
        PacketType.Hello => "a hello has a name",
        PacketType.Ping => "a ping has a name",
        PacketType.Echo => "an echo has a name",
        PacketType.Disconnect => "a disconnect has a name",
        _ => "an error has a name",
    };

    private static string TooLargeText(PacketType type) => type switch
    {
        PacketType.Hello => "a hello is over 1024 bytes",
        PacketType.Ping => "a ping is over 64 bytes",
        PacketType.Pong => "a pong is over 64 bytes",
        PacketType.Disconnect => "a disconnect is over 1024 bytes",
        PacketType.Error => "an error is over 1024 bytes",
        _ => "payload is over 16 MiB",
    };

    private static string TooShortText(PacketType type) => type switch
    {
        PacketType.Hello => "a hello is under 15 bytes",
        PacketType.Disconnect => "a disconnect lacks its code",
        _ => "an error lacks its code",
    };
}
