using System;
using System.Buffers;
using NetworkProtocol.Fast.Packets;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Packets;

/// <summary>What runs for every packet allocates nothing once warm.</summary>
internal sealed class PacketAllocationTests
{
    private const int Rounds = 10_000;

    [Test]
    public void FramerAndWriter_InSteadyState_AllocateNothing()
    {
        byte[] source = PacketSamples.Stream;
        byte[] destination = new byte[source.Length];
        Forward(source, destination);

        long before = GC.GetAllocatedBytesForCurrentThread();
        int packets = 0;
        for (int i = 0; i < Rounds / 10; i++)
        {
            packets += Forward(source, destination);
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.That(packets, Is.EqualTo(Rounds / 10 * PacketSamples.All.Count));
        Assert.That(allocated, Is.Zero);
    }

    [Test]
    public void FramerFaultAndErrorReply_InSteadyState_AllocateNothing()
    {
        byte[] bad = PacketSamples.Packet(new PacketHeader { Type = PacketType.Ping }, default, new byte[65]);
        byte[] destination = new byte[256];
        long before = 0;
        for (int i = 0; i < Rounds; i++)
        {
            before = i == Rounds / 2 ? GC.GetAllocatedBytesForCurrentThread() : before;
            _ = PacketFramer.Read(bad, 1024, out _, out _, out PacketFault fault);
            PacketWriter writer = new(destination);
            writer.TryWriteError(fault.Code, fault.Text);
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [TestCase("lz4")]
    [TestCase("lz4:9")]
    [TestCase("zstd")]
    public void CompressorAndInflater_InSteadyState_AllocateNothing(string compression)
    {
        const int Iterations = 400;
        using PayloadCompressor compressor = PayloadCompressorTests.Compressor(compression);
        byte[] payload = PayloadCompressorTests.Text(4096);
        byte[] compressed = new byte[payload.Length];
        byte[] inflated = new byte[payload.Length];
        byte[] damaged = new byte[payload.Length];
        int whole = 0;
        int refused = 0;
        long before = 0;
        for (int i = 0; i < Iterations; i++)
        {
            before = i == Iterations / 2 ? GC.GetAllocatedBytesForCurrentThread() : before;
            compressor.TryCompress(payload, CodecSet.All, 1, compressed, out PayloadCodec codec, out int written);
            ReadOnlySpan<byte> body = compressed.AsSpan(0, written);
            _ = PayloadInflater.TryReadLength(body, codec, 1 << 20, out int bytes, out _);
            OperationStatus status = PayloadInflater.Inflate(body, codec, inflated.AsSpan(0, bytes), out _);
            whole += status == OperationStatus.Done ? 1 : 0;

            body.CopyTo(damaged);
            damaged.AsSpan(written - 40, 40).Fill(0xFF);
            status = PayloadInflater.Inflate(damaged.AsSpan(0, written), codec, inflated.AsSpan(0, bytes), out _);
            refused += status == OperationStatus.InvalidData ? 1 : 0;
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.That(whole, Is.EqualTo(Iterations));
        Assert.That(refused, Is.EqualTo(Iterations));
        Assert.That(allocated, Is.Zero);
    }

    /// <summary>Frames all packets, writes each anew with other hops and correlation, as a relay does.</summary>
    private static int Forward(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        int packets = 0;
        PacketWriter writer = new(destination);
        while (PacketFramer.Read(source, 4096, out PacketView packet, out int bytes, out _) == OperationStatus.Done)
        {
            PacketHeader next = packet.Header.With((byte)(packet.Header.Hops - 1), packet.Header.Correlation + 1);
            packets += writer.TryWrite(next, packet.Name, packet.Payload) ? 1 : 0;
            source = source[bytes..];
        }

        return packets;
    }
}
