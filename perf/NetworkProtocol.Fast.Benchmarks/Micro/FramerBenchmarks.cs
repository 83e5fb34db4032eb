using System;
using System.Buffers;
using System.IO;
using BenchmarkDotNet.Attributes;
using NetworkProtocol.Fast.Packets;

namespace NetworkProtocol.Fast.Benchmarks.Micro;

/// <summary>Finding a packet of 64 bytes payload in received bytes; the sum of what was found keeps the work alive.</summary>
[MemoryDiagnoser(displayGenColumns: false)]
public class FramerBenchmarks
{
    private const int Packets = SamplePackets.Count;

    // Correlations 1 to 64, and 64 payloads of 64 bytes.
    private const long Expected = (Packets * (Packets + 1) / 2) + (Packets * SamplePackets.PayloadBytes);

    private readonly byte[] batch = SamplePackets.Batch();

    [GlobalSetup]
    public void Setup()
    {
        Expect.Same(Framer(), Expected, nameof(Framer));
        Expect.Same(BinaryReaderFields(), Expected, nameof(BinaryReaderFields));
    }

    [Benchmark(OperationsPerInvoke = Packets)]
    public long Framer()
    {
        long sum = 0;
        ReadOnlySpan<byte> rest = batch;
        while (PacketFramer.Read(rest, PacketLimits.PayloadBytesMax, out PacketView packet, out int bytes, out _)
            == OperationStatus.Done)
        {
            sum += packet.Header.Correlation + packet.Payload.Length;
            rest = rest[bytes..];
            if (rest.IsEmpty)
            {
                break;
            }
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = Packets, Baseline = true)]
    public long BinaryReaderFields()
    {
        long sum = 0;
        using var stream = new MemoryStream(batch);
        using var reader = new BinaryReader(stream);
        while (stream.Position < stream.Length)
        {
            if (reader.ReadUInt16() != 0x504E || reader.ReadByte() != PacketHeader.Version)
            {
                throw new InvalidDataException("no packet");
            }

            reader.ReadByte();
            reader.ReadUInt16();
            int nameBytes = reader.ReadByte();
            reader.ReadByte();
            uint correlation = reader.ReadUInt32();
            uint payloadBytes = reader.ReadUInt32();
            reader.ReadBytes(nameBytes);
            sum += correlation + reader.ReadBytes((int)payloadBytes).Length;
        }

        return sum;
    }
}
