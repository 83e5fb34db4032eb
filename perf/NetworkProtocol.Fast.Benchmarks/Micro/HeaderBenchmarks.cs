using System;
using System.Buffers.Binary;
using BenchmarkDotNet.Attributes;
using NetworkProtocol.Fast.Packets;

namespace NetworkProtocol.Fast.Benchmarks.Micro;

/// <summary>What a relay does to a header: read, one hop less and another correlation, write.</summary>
[MemoryDiagnoser(displayGenColumns: false)]
public class HeaderBenchmarks
{
    private const int Headers = SamplePackets.Count;

    private readonly byte[] batch = SamplePackets.Batch();
    private readonly byte[] destination = new byte[PacketHeader.BytesCount];

    [GlobalSetup]
    public void Setup()
    {
        int expected = destination.Length;
        Expect.Same(Rewrite(), expected, nameof(Rewrite));
        byte[] rewritten = (byte[])destination.Clone();
        Expect.Same(RewriteByField(), expected, nameof(RewriteByField));
        Expect.Same(destination.AsSpan().SequenceEqual(rewritten), true, "both ways giving the same bytes");
    }

    [Benchmark(OperationsPerInvoke = Headers)]
    public int Rewrite()
    {
        for (int i = 0; i < Headers; i++)
        {
            PacketHeader header = PacketHeader.Read(batch.AsSpan(i * SamplePackets.PacketBytes));
            header.With((byte)(header.Hops - 1), header.Correlation + 7).Write(destination);
        }

        return destination.Length;
    }

    [Benchmark(OperationsPerInvoke = Headers, Baseline = true)]
    public int RewriteByField()
    {
        for (int i = 0; i < Headers; i++)
        {
            ReadOnlySpan<byte> source = batch.AsSpan(i * SamplePackets.PacketBytes);
            ushort magic = BinaryPrimitives.ReadUInt16LittleEndian(source);
            byte version = source[2];
            byte flags = source[3];
            ushort type = BinaryPrimitives.ReadUInt16LittleEndian(source[4..]);
            byte nameBytes = source[6];
            byte hops = source[7];
            uint correlation = BinaryPrimitives.ReadUInt32LittleEndian(source[8..]);
            uint payloadBytes = BinaryPrimitives.ReadUInt32LittleEndian(source[12..]);
            Span<byte> target = destination;
            BinaryPrimitives.WriteUInt16LittleEndian(target, magic);
            target[2] = version;
            target[3] = flags;
            BinaryPrimitives.WriteUInt16LittleEndian(target[4..], type);
            target[6] = nameBytes;
            target[7] = (byte)(hops - 1);
            BinaryPrimitives.WriteUInt32LittleEndian(target[8..], correlation + 7);
            BinaryPrimitives.WriteUInt32LittleEndian(target[12..], payloadBytes);
        }

        return destination.Length;
    }
}
