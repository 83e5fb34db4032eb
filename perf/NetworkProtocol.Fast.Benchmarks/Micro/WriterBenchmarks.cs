using System.IO;
using BenchmarkDotNet.Attributes;
using NetworkProtocol.Fast.Packets;

namespace NetworkProtocol.Fast.Benchmarks.Micro;

/// <summary>Writing a packet with a name and 64 bytes of payload into a buffer, against the framework's writer, field
/// by field.</summary>
[MemoryDiagnoser(displayGenColumns: false)]
public class WriterBenchmarks
{
    private const int Packets = SamplePackets.Count;

    private readonly byte[] name = "orders.created"u8.ToArray();
    private readonly byte[] payload = new byte[SamplePackets.PayloadBytes];
    private readonly byte[] written = new byte[Packets * (SamplePackets.PacketBytes + 14)];
    private readonly byte[] byFields = new byte[Packets * (SamplePackets.PacketBytes + 14)];

    [GlobalSetup]
    public void Setup()
    {
        Expect.Same(Writer(), written.Length, nameof(Writer));
        Expect.Same(BinaryWriterFields(), (long)byFields.Length, nameof(BinaryWriterFields));
        Expect.Same(System.MemoryExtensions.SequenceEqual<byte>(written, byFields), true, "the same bytes");
    }

    [Benchmark(OperationsPerInvoke = Packets)]
    public int Writer()
    {
        var writer = new PacketWriter(written);
        for (uint i = 1; i <= Packets; i++)
        {
            writer.TryWrite(new PacketHeader { Type = PacketType.Custom, Correlation = i }, name, payload);
        }

        return writer.Written.Length;
    }

    [Benchmark(OperationsPerInvoke = Packets, Baseline = true)]
    public long BinaryWriterFields()
    {
        using var stream = new MemoryStream(byFields);
        using var writer = new BinaryWriter(stream);
        for (uint i = 1; i <= Packets; i++)
        {
            writer.Write((ushort)0x504E);
            writer.Write(PacketHeader.Version);
            writer.Write((byte)0);
            writer.Write((ushort)PacketType.Custom);
            writer.Write((byte)name.Length);
            writer.Write((byte)PacketLimits.HopsInitial);
            writer.Write(i);
            writer.Write((uint)payload.Length);
            writer.Write(name);
            writer.Write(payload);
        }

        return stream.Position;
    }
}
