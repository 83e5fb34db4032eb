using System;
using NetworkProtocol.Fast.Packets;

namespace NetworkProtocol.Fast.Benchmarks.Micro;

/// <summary>The batch that most benchmarks work on: small packets, as one receive brings them.</summary>
internal static class SamplePackets
{
    internal const int Count = 64;
    internal const int PayloadBytes = 64;
    internal const int PacketBytes = PacketHeader.BytesCount + PayloadBytes;

    /// <summary>64 echo packets one after another, with correlations from 1.</summary>
    internal static byte[] Batch()
    {
        byte[] batch = new byte[Count * PacketBytes];
        byte[] payload = new byte[PayloadBytes];
        new Random(1).NextBytes(payload);
        var writer = new PacketWriter(batch);
        for (uint i = 1; i <= Count; i++)
        {
            Expect.Same(writer.TryWrite(new PacketHeader { Type = PacketType.Echo, Correlation = i }, default, payload),
                true, "writing a sample");
        }

        return batch;
    }
}
