using System;
using System.Buffers;
using System.Collections.Generic;
using System.Linq;
using NetworkProtocol.Fast.Packets;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Packets;

internal sealed class PacketFramerTests
{
    private const uint PayloadBytesMax = 4096;

    private static IEnumerable<TestCaseData> Samples =>
        PacketSamples.All.Select(sample => new TestCaseData(sample.Bytes).SetArgDisplayNames(sample.Kind));

    [TestCaseSource(nameof(Samples))]
    public void Read_WholePacket_ReturnsItsParts(byte[] bytes)
    {
        byte[] more = [.. bytes, 0xEE];
        OperationStatus status = PacketFramer.Read(
            more, PayloadBytesMax, out PacketView packet, out int packetBytes, out PacketFault fault);

        PacketHeader header = PacketHeader.Read(bytes);
        Assert.That(status, Is.EqualTo(OperationStatus.Done), fault.Text);
        Assert.That(packetBytes, Is.EqualTo(bytes.Length));
        Assert.That(packet.Bytes.ToArray(), Is.EqualTo(bytes));
        Assert.That(packet.Name.ToArray(), Is.EqualTo(bytes[16..(16 + header.NameLength)]));
        Assert.That(packet.Payload.ToArray(), Is.EqualTo(bytes[(16 + header.NameLength)..]));
        Assert.That(fault.IsNone, Is.True);
    }

    [TestCaseSource(nameof(Samples))]
    public void Read_EveryPrefix_SaysHowManyBytesItNeeds(byte[] bytes)
    {
        for (int length = 0; length < bytes.Length; length++)
        {
            OperationStatus status = PacketFramer.Read(
                bytes.AsSpan(0, length), PayloadBytesMax, out PacketView packet, out int packetBytes,
                out PacketFault fault);

            Assert.That(status, Is.EqualTo(OperationStatus.NeedMoreData), $"{length} bytes: {fault.Text}");
            Assert.That(packetBytes, Is.EqualTo(length < 16 ? 16 : bytes.Length), $"{length} bytes");
            Assert.That(packet.Bytes.Length, Is.Zero);
        }
    }

    [TestCaseSource(nameof(Samples))]
    public void Read_SplitAtEveryOffset_DecodesAlike(byte[] bytes)
    {
        byte[] stream = [.. bytes, .. PacketSamples.All[0].Bytes, .. bytes];
        List<string> whole = Decode([stream]);

        Assert.That(whole, Has.Count.EqualTo(3));
        for (int offset = 1; offset < stream.Length; offset++)
        {
            Assert.That(Decode([stream[..offset], stream[offset..]]), Is.EqualTo(whole), $"split at {offset}");
        }
    }

    [Test]
    public void Read_SamplesByteByByte_DecodeAlike()
    {
        byte[] stream = PacketSamples.Stream;

        List<string> whole = Decode([stream]);

        Assert.That(whole, Has.Count.EqualTo(PacketSamples.All.Count));
        Assert.That(Decode(stream.Select(b => new[] { b })), Is.EqualTo(whole));
    }

    [Test]
    public void Read_SamplesInChunksOfEverySize_DecodeAlike()
    {
        byte[] stream = PacketSamples.Stream;
        List<string> whole = Decode([stream]);

        for (int size = 2; size < 300; size++)
        {
            Assert.That(Decode(stream.Chunk(size)), Is.EqualTo(whole), $"chunks of {size}");
        }
    }

    [TestCase((ushort)1, "PING")]
    [TestCase((ushort)2, "PONG")]
    [TestCase((ushort)3, "ECHO")]
    [TestCase((ushort)4, "DISCONNECT")]
    [TestCase((ushort)5, "name")]
    [TestCase((ushort)0, "")]
    [TestCase((ushort)6, "")]
    [TestCase((ushort)7, "")]
    [TestCase((ushort)256, "")]
    public void RoutingName_OfEachType_IsTheProtocols(ushort type, string expected)
    {
        PacketHeader header = new() { Type = (PacketType)type, NameLength = 4 };
        PacketView packet = new(header, [.. new byte[16], .. "name"u8]);

        Assert.That(packet.RoutingName.SequenceEqual(System.Text.Encoding.UTF8.GetBytes(expected)), Is.True);
    }

    /// <summary>Receives chunks as a link does: keeps what is incomplete, frames all that is whole.</summary>
    private static List<string> Decode(IEnumerable<byte[]> chunks)
    {
        List<string> packets = [];
        byte[] window = new byte[PacketSamples.Stream.Length];
        int start = 0;
        int end = 0;
        int needed = 0;
        foreach (byte[] chunk in chunks)
        {
            chunk.CopyTo(window, end);
            end += chunk.Length;
            while (end - start >= needed)
            {
                ReadOnlySpan<byte> unread = window.AsSpan(start, end - start);
                OperationStatus status = PacketFramer.Read(
                    unread, PayloadBytesMax, out PacketView packet, out int bytes, out PacketFault fault);
                Assert.That(status, Is.Not.EqualTo(OperationStatus.InvalidData), fault.Text);
                needed = status == OperationStatus.NeedMoreData ? bytes : 0;
                if (status == OperationStatus.NeedMoreData)
                {
                    Assert.That(needed, Is.GreaterThan(end - start), "the framer asks for more than it has");
                    continue;
                }

                PacketHeader h = packet.Header;
                packets.Add($"{h.Type} {h.Flags} {h.Hops} {h.Correlation} "
                    + $"{Convert.ToHexString(packet.Name)} {Convert.ToHexString(packet.Payload)}");
                start += bytes;
            }
        }

        Assert.That(start, Is.EqualTo(end), "nothing is left over");
        return packets;
    }
}
