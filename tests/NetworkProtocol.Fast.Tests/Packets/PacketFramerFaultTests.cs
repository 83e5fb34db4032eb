using System;
using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Generic;
using NetworkProtocol.Fast.Packets;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Packets;

internal sealed class PacketFramerFaultTests
{
    private const uint PayloadBytesMax = 2048;

    /// <summary>
    /// One wrong field each: type, what to set, the header bytes after which it must be noticed, code, text.
    /// </summary>
    private static IEnumerable<TestCaseData> Faults
    {
        get
        {
            yield return Fault(5, b => b[0] = (byte)'X', 1, ErrorCode.Malformed, "magic is not \"NP\"");
            yield return Fault(5, b => b[1] = (byte)'p', 2, ErrorCode.Malformed, "magic is not \"NP\"");
            yield return Fault(5, b => b[2] = 0, 3, ErrorCode.UnsupportedVersion, "version is not 1");
            yield return Fault(5, b => b[2] = 2, 3, ErrorCode.UnsupportedVersion, "version is not 1");
            yield return Fault(5, b => b[3] = 0x10, 4, ErrorCode.Malformed, "flags bits 4 to 7 are not zero");
            yield return Fault(5, b => b[3] = 0x80, 4, ErrorCode.Malformed, "flags bits 4 to 7 are not zero");
            yield return Fault(5, b => b[3] = 3, 4, ErrorCode.Malformed, "codec 3 does not exist");
            yield return Fault(5, b => b[3] = 7, 4, ErrorCode.Malformed, "codec 3 does not exist");
            yield return Fault(5, b => b[3] = 12, 4, ErrorCode.Malformed, "a reply is marked one-way");
            yield return Fault(0, b => b[3] = 4, 6, ErrorCode.Malformed, "a hello has flags");
            yield return Fault(1, b => b[3] = 4, 6, ErrorCode.Malformed, "a ping has flags other than one-way");
            yield return Fault(2, b => b[3] = 0, 6, ErrorCode.Malformed, "a pong is not a plain reply");
            yield return Fault(2, b => b[3] = 5, 6, ErrorCode.Malformed, "a pong is not a plain reply");
            yield return Fault(4, b => b[3] = 8, 6, ErrorCode.Malformed, "a disconnect has flags");
            yield return Fault(6, b => b[3] = 1, 6, ErrorCode.Malformed, "an error has flags other than reply");
            yield return Fault(6, b => b[3] = 8, 6, ErrorCode.Malformed, "an error has flags other than reply");
            yield return Fault(0, b => b[6] = 1, 7, ErrorCode.Malformed, "a hello has a name");
            yield return Fault(1, b => b[6] = 255, 7, ErrorCode.Malformed, "a ping has a name");
            yield return Fault(2, b => b[6] = 1, 7, ErrorCode.Malformed, "a reply has a name");
            yield return Fault(3, b => b[6] = 1, 7, ErrorCode.Malformed, "an echo has a name");
            yield return Fault(4, b => b[6] = 1, 7, ErrorCode.Malformed, "a disconnect has a name");
            yield return Fault(6, b => b[6] = 1, 7, ErrorCode.Malformed, "an error has a name");
            yield return Fault(5, b => (b[3], b[6]) = (4, 1), 7, ErrorCode.Malformed, "a reply has a name");
            yield return Fault(300, b => (b[3], b[6]) = (6, 1), 7, ErrorCode.Malformed, "a reply has a name");
            yield return OfLength(0, 0, 14, ErrorCode.Malformed, "a hello is under 15 bytes");
            yield return OfLength(0, 0, 1025, ErrorCode.TooLarge, "a hello is over 1024 bytes");
            yield return OfLength(1, 0, 65, ErrorCode.TooLarge, "a ping is over 64 bytes");
            yield return OfLength(2, 4, 65, ErrorCode.TooLarge, "a pong is over 64 bytes");
            yield return OfLength(4, 0, 1, ErrorCode.Malformed, "a disconnect lacks its code");
            yield return OfLength(4, 0, 1025, ErrorCode.TooLarge, "a disconnect is over 1024 bytes");
            yield return OfLength(6, 0, 0, ErrorCode.Malformed, "an error lacks its code");
            yield return OfLength(6, 4, 1025, ErrorCode.TooLarge, "an error is over 1024 bytes");
            yield return OfLength(3, 1, 3, ErrorCode.Malformed, "a compressed payload lacks its uncompressed length");
            yield return OfLength(5, 2, 0, ErrorCode.Malformed, "a compressed payload lacks its uncompressed length");
            yield return OfLength(
                5, 0, PayloadBytesMax + 1, ErrorCode.TooLarge, "payload is over the maximum this side announced");
            yield return OfLength(5, 0, (16 << 20) + 1, ErrorCode.TooLarge, "payload is over 16 MiB");
            yield return OfLength(9, 0, uint.MaxValue, ErrorCode.TooLarge, "payload is over 16 MiB");
        }
    }

    [TestCaseSource(nameof(Faults))]
    public void Read_SingleFault_IsNamedAtItsLastByte(byte[] header, int noticedAfter, ushort code, string text)
    {
        for (int length = 0; length <= header.Length; length++)
        {
            OperationStatus status = PacketFramer.Read(
                header.AsSpan(0, length), PayloadBytesMax, out _, out int packetBytes, out PacketFault fault);

            bool isDue = length >= noticedAfter;
            Assert.That(status, Is.EqualTo(isDue ? OperationStatus.InvalidData : OperationStatus.NeedMoreData),
                $"{length} bytes");
            Assert.That(packetBytes, Is.EqualTo(isDue ? 0 : 16), $"{length} bytes");
            PacketFault expected = isDue ? new PacketFault((ErrorCode)code, text) : default;
            Assert.That(fault, Is.EqualTo(expected), $"{length} bytes");
        }
    }

    [Test]
    public void Read_AnnouncedMaximumOverTheProtocols_IsStillBoundByTheProtocols()
    {
        byte[] header = new byte[16];
        new PacketHeader { Type = PacketType.Custom, PayloadLength = (16 << 20) + 1 }.Write(header);

        OperationStatus status = PacketFramer.Read(header, uint.MaxValue, out _, out _, out PacketFault fault);

        Assert.That(status, Is.EqualTo(OperationStatus.InvalidData));
        Assert.That(fault.Code, Is.EqualTo(ErrorCode.TooLarge));
    }

    [Test]
    public void Read_LongestPacket_SaysItsLength()
    {
        byte[] header = new byte[16];
        new PacketHeader { Type = PacketType.Custom, NameLength = 255, PayloadLength = 16 << 20 }.Write(header);

        OperationStatus status = PacketFramer.Read(header, uint.MaxValue, out _, out int packetBytes, out _);

        Assert.That(status, Is.EqualTo(OperationStatus.NeedMoreData));
        Assert.That(packetBytes, Is.EqualTo(PacketLimits.PacketBytesMax));
    }

    /// <summary>
    /// All flags of all types at the edges of all lengths, against the rules written out the slow way.
    /// </summary>
    [Test]
    public void Read_EveryCombinationOfFields_FollowsTheRules()
    {
        int refused = 0;
        int taken = 0;
        byte[] header = new byte[16];
        ushort[] types = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 16, 63, 64, 255, 256, 65535];
        uint[] lengths = [0, 1, 2, 3, 4, 14, 15, 64, 65, 1024, 1025, 2048, 2049, 16 << 20, uint.MaxValue];
        foreach (ushort type in types)
        {
            for (int flags = 0; flags < 256; flags++)
            {
                foreach (uint length in lengths)
                {
                    for (int name = 0; name < 3; name++)
                    {
                        new PacketHeader
                        {
                            Type = (PacketType)type, Flags = (PacketFlags)flags, PayloadLength = length,
                            NameLength = (byte)name,
                        }.Write(header);
                        OperationStatus status = PacketFramer.Read(header, PayloadBytesMax, out _, out _, out _);
                        bool isTaken = status != OperationStatus.InvalidData;
                        bool isLegal = IsLegal(type, flags, name, length);
                        if (isTaken != isLegal)
                        {
                            Assert.Fail($"type {type} flags {flags} name {name} length {length}: {status}");
                        }

                        _ = isTaken ? taken++ : refused++;
                    }
                }
            }
        }

        Assert.That(taken, Is.GreaterThan(1000));
        Assert.That(refused, Is.GreaterThan(1000));
    }

    private static bool IsLegal(int type, int flags, int name, uint length)
    {
        int codec = flags & 3;
        bool isReply = (flags & 4) != 0;
        bool isOneWay = (flags & 8) != 0;
        if (flags > 15 || codec == 3 || (isReply && isOneWay) || (isReply && name > 0) || length > PayloadBytesMax)
        {
            return false;
        }

        return (codec == 0 || length >= 4) && type switch
        {
            0 => flags == 0 && name == 0 && length is >= 15 and <= 1024,
            1 => codec == 0 && !isReply && name == 0 && length <= 64,
            2 => flags == 4 && length <= 64,
            3 => name == 0,
            4 => flags == 0 && name == 0 && length is >= 2 and <= 1024,
            6 => flags is 0 or 4 && name == 0 && length is >= 2 and <= 1024,
            _ => true,
        };
    }

    private static TestCaseData Fault(
        ushort type, Action<byte[]> change, int noticedAfter, ErrorCode code, string text)
    {
        byte[] header = new byte[16];
        byte[] lengths = [15, 0, 0, 0, 2, 4, 2];
        new PacketHeader
        {
            Type = (PacketType)type,
            Flags = type == 2 ? PacketFlags.Reply : PacketFlags.None,
            PayloadLength = type < lengths.Length ? lengths[type] : 4u,
        }.Write(header);
        change(header);
        return new TestCaseData(header, noticedAfter, (ushort)code, text)
            .SetArgDisplayNames($"{Convert.ToHexString(header)} {code} {text}");
    }

    private static TestCaseData OfLength(ushort type, byte flags, uint length, ErrorCode code, string text) => Fault(
        type,
        header =>
        {
            header[3] = flags;
            BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(12), length);
        },
        16, code, text);
}
