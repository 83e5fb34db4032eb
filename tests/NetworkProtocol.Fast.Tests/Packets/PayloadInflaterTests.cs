using System;
using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using NetworkProtocol.Fast.Packets;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Packets;

internal sealed class PayloadInflaterTests
{
    private const string Lz4Fault = "the lz4 block does not inflate to the declared length";
    private const string ZstdFault = "the zstd frame does not inflate to the declared length";
    private const string FrameFault = "the payload is not one whole zstd frame";

    private static readonly byte[] Lz4 = Compressed("lz4", out Original);
    private static readonly byte[] Zstd = Compressed("zstd", out _);
    private static readonly byte[] Original;

    [TestCase(-1)]
    [TestCase(1)]
    public void Inflate_WrongDeclaredLength_IsRefusedBothWays(int difference)
    {
        byte[] lz4 = WithLength(Lz4, Original.Length + difference);
        byte[] zstd = WithLength(Zstd, Original.Length + difference);

        Assert.That(FaultOf(lz4, PayloadCodec.Lz4), Is.EqualTo(Failed(Lz4Fault)));
        Assert.That(FaultOf(zstd, PayloadCodec.Zstd),
            Is.EqualTo(Failed("the zstd frame declares another length than the payload")));

        // The frame agrees with the lie, so that only inflating can find it out. Its content size less 256 is at 9.
        BinaryPrimitives.WriteUInt16LittleEndian(zstd.AsSpan(9), (ushort)(Original.Length + difference - 256));
        Assert.That(FaultOf(zstd, PayloadCodec.Zstd), Is.EqualTo(Failed(ZstdFault)));
    }

    [Test]
    public void Inflate_CutOrLengthened_IsRefused()
    {
        for (int length = 4; length < Lz4.Length; length++)
        {
            Assert.That(FaultOf(Lz4[..length], PayloadCodec.Lz4).Code, Is.EqualTo(ErrorCode.DecompressionFailed));
        }

        for (int length = 4; length < Zstd.Length; length++)
        {
            Assert.That(FaultOf(Zstd[..length], PayloadCodec.Zstd).Code, Is.EqualTo(ErrorCode.DecompressionFailed));
        }

        Assert.That(FaultOf([.. Lz4, 0], PayloadCodec.Lz4), Is.EqualTo(Failed(Lz4Fault)));
        Assert.That(FaultOf([.. Zstd, 0], PayloadCodec.Zstd), Is.EqualTo(Failed(FrameFault)));
        Assert.That(FaultOf([.. Zstd, .. Zstd[4..]], PayloadCodec.Zstd), Is.EqualTo(Failed(FrameFault)));
        byte[] skippable = [0x50, 0x2A, 0x4D, 0x18, 0, 0, 0, 0];
        Assert.That(FaultOf([.. Zstd, .. skippable], PayloadCodec.Zstd), Is.EqualTo(Failed(FrameFault)));
        Assert.That(FaultOf([.. Zstd[..4], .. skippable], PayloadCodec.Zstd),
            Is.EqualTo(Failed("the payload is no zstd frame")));
    }

    [TestCase(PayloadCodec.Lz4)]
    [TestCase(PayloadCodec.Zstd)]
    public void TryReadLength_WithoutBytes_IsRefused(PayloadCodec codec)
    {
        Assert.That(FaultOf([1, 0, 0], codec), Is.EqualTo(Failed("the payload has no uncompressed length")));
        Assert.That(FaultOf([0, 0, 0, 0, 0], codec), Is.EqualTo(Failed("a compressed payload declares no bytes")));
        Assert.That(FaultOf([1, 0, 0, 0], codec).Code, Is.EqualTo(ErrorCode.DecompressionFailed));
    }

    [Test]
    public void TryReadLength_UncompressedPayload_IsRefused()
    {
        Assert.That(FaultOf(Lz4, PayloadCodec.None).Code, Is.EqualTo(ErrorCode.DecompressionFailed));
    }

    [TestCase(PayloadCodec.Lz4)]
    [TestCase(PayloadCodec.Zstd)]
    public void TryReadLength_OneKibibyteThatClaimsOneGibibyte_IsRefused(PayloadCodec codec)
    {
        byte[] bomb = WithLength(new byte[1024], 1 << 30);

        Assert.That(FaultOf(bomb, codec),
            Is.EqualTo(new PacketFault(ErrorCode.TooLarge, "the uncompressed payload is over the maximum")));
        Assert.That(FaultOf(WithLength(bomb, 16 << 20), codec),
            Is.EqualTo(Failed("the payload declares more bytes than its size can hold")));
        Assert.That(FaultOf(WithLength(bomb, -1), codec).Code, Is.EqualTo(ErrorCode.TooLarge));
    }

    [Test]
    public void TryReadLength_UncompressedLengthOverTheNegotiatedMaximum_IsRefused()
    {
        OperationStatus status = PayloadInflater.TryReadLength(
            Lz4, PayloadCodec.Lz4, (uint)Original.Length - 1, out int bytes, out PacketFault fault);

        Assert.That(status, Is.EqualTo(OperationStatus.InvalidData));
        Assert.That(bytes, Is.Zero);
        Assert.That(fault.Code, Is.EqualTo(ErrorCode.TooLarge));
        Assert.That(PayloadInflater.TryReadLength(Lz4, PayloadCodec.Lz4, (uint)Original.Length, out bytes, out _),
            Is.EqualTo(OperationStatus.Done));
        Assert.That(bytes, Is.EqualTo(Original.Length));
    }

    /// <summary>An honest length in front, and a frame behind it that claims, or holds, far more.</summary>
    [Test]
    public void Inflate_ZstdFrameThatHoldsMoreThanDeclared_StaysWithinItsDestination()
    {
        byte[] claims = [0, 0, 16, 0, .. RunLengthFrame(1 << 30, blocks: 250)];
        Assert.That(FaultOf(claims, PayloadCodec.Zstd),
            Is.EqualTo(Failed("the zstd frame declares another length than the payload")));

        byte[] lies = [0, 0, 16, 0, .. RunLengthFrame(1 << 20, blocks: 250)]; // 31 MiB out of 1 KiB
        byte[] guarded = new byte[(1 << 20) + 64];
        guarded.AsSpan().Fill(0xA5);
        Assert.That(
            PayloadInflater.TryReadLength(lies, PayloadCodec.Zstd, 1 << 20, out int bytes, out _),
            Is.EqualTo(OperationStatus.Done));

        OperationStatus status = PayloadInflater.Inflate(
            lies, PayloadCodec.Zstd, guarded.AsSpan(0, bytes), out PacketFault fault);

        Assert.That(status, Is.EqualTo(OperationStatus.InvalidData));
        Assert.That(fault, Is.EqualTo(Failed(ZstdFault)));
        Assert.That(guarded.AsSpan(bytes).IndexOfAnyExcept((byte)0xA5), Is.EqualTo(-1));
    }

    [Test]
    public void Inflate_Lz4BlockThatHoldsMoreThanDeclared_StaysWithinItsDestination()
    {
        // One literal, then a match that repeats it 255 times for each of 1000 length bytes.
        byte[] block = [0x1F, 0x61, 1, 0, .. Enumerable.Repeat((byte)255, 1000), 0, 0x50, 1, 2, 3, 4, 5];
        byte[] bomb = WithLength([0, 0, 0, 0, .. block], 1000);
        byte[] guarded = new byte[1000 + 64];
        guarded.AsSpan(1000).Fill(0xA5);

        OperationStatus status = PayloadInflater.Inflate(
            bomb, PayloadCodec.Lz4, guarded.AsSpan(0, 1000), out PacketFault fault);

        Assert.That(status, Is.EqualTo(OperationStatus.InvalidData));
        Assert.That(fault, Is.EqualTo(Failed(Lz4Fault)));
        Assert.That(guarded.AsSpan(1000).IndexOfAnyExcept((byte)0xA5), Is.EqualTo(-1));
    }

    [TestCase(0x08, "the zstd frame sets a reserved bit")]
    [TestCase(0x01, "the zstd frame needs a dictionary")]
    [TestCase(0x03, "the zstd frame needs a dictionary")]
    public void Inflate_ZstdDescriptorWithFaults_IsRefused(int bits, string text)
    {
        byte[] payload = [.. Zstd];
        payload[8] |= (byte)bits;

        Assert.That(FaultOf(payload, PayloadCodec.Zstd), Is.EqualTo(Failed(text)));
    }

    [Test]
    public void Inflate_ZstdFrameWithoutContentSize_IsRefused()
    {
        byte[] payload = [1, 0, 0, 0, 0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x00, 0x0B, 0, 0, 0x61];

        Assert.That(FaultOf(payload, PayloadCodec.Zstd),
            Is.EqualTo(Failed("the zstd frame does not declare its content size")));
    }

    [TestCase(14 << 3, true)] // 2^24
    [TestCase((14 << 3) | 1, false)]
    [TestCase(31 << 3, false)] // 2 TiB
    public void Inflate_ZstdWindow_IsBounded(int window, bool isTaken)
    {
        // No single segment, content size in two bytes (256 + 0), one run-length block of 256 bytes.
        byte[] payload = [0, 1, 0, 0, 0x28, 0xB5, 0x2F, 0xFD, 0x40, (byte)window, 0, 0, 0x03, 0x08, 0, 0x61];

        PacketFault expected = isTaken ? default : Failed("the zstd frame asks for a window over 16 MiB");
        Assert.That(FaultOf(payload, PayloadCodec.Zstd), Is.EqualTo(expected));
    }

    [TestCaseSource(nameof(Sizes))]
    public void ZstdFrame_ContentSizeOfEveryWidth_IsRead(byte[] descriptorAndSize, ulong content)
    {
        byte[] frame = [0x28, 0xB5, 0x2F, 0xFD, .. descriptorAndSize];

        Assert.That(ZstdFrame.TryRead(frame, out ZstdFrame header), Is.Null);
        Assert.That(header.ContentBytes, Is.EqualTo(content));
        Assert.That(header.WindowBytes, Is.EqualTo(content));
        Assert.That(ZstdFrame.TryRead(frame.AsSpan(0, frame.Length - 1), out _), Is.Not.Null);
    }

    private static IEnumerable<TestCaseData> Sizes()
    {
        yield return new TestCaseData(new byte[] { 0x20, 200 }, 200ul);
        yield return new TestCaseData(new byte[] { 0x60, 1, 1 }, 513ul);
        yield return new TestCaseData(new byte[] { 0xA0, 1, 0, 0, 2 }, 0x2000001ul);
        yield return new TestCaseData(new byte[] { 0xE0, 1, 0, 0, 0, 0, 0, 0, 3 }, 0x300000000000001ul);
    }

    private static byte[] RunLengthFrame(uint contentBytes, int blocks)
    {
        List<byte> frame = [0x28, 0xB5, 0x2F, 0xFD, 0xA0, .. BitConverter.GetBytes(contentBytes)];
        for (int i = 0; i < blocks; i++)
        {
            int block = (128 * 1024 << 3) | 2 | (i == blocks - 1 ? 1 : 0);
            frame.AddRange([(byte)block, (byte)(block >> 8), (byte)(block >> 16), 0x61]);
        }

        return [.. frame];
    }

    private static byte[] Compressed(string codec, out byte[] original)
    {
        original = PayloadCompressorTests.Text(3000);
        byte[] compressed = new byte[original.Length];
        using PayloadCompressor compressor = PayloadCompressorTests.Compressor(codec);
        Assert.That(compressor.TryCompress(original, CodecSet.All, 0, compressed, out _, out int written), Is.True);
        return compressed[..written];
    }

    private static byte[] WithLength(byte[] payload, int length)
    {
        byte[] changed = [.. payload];
        BinaryPrimitives.WriteInt32LittleEndian(changed, length);
        return changed;
    }

    private static PacketFault Failed(string text) => new(ErrorCode.DecompressionFailed, text);

    private static PacketFault FaultOf(byte[] payload, PayloadCodec codec)
    {
        _ = PayloadCompressorTests.Inflate(payload, codec, out PacketFault fault);
        return fault;
    }
}
