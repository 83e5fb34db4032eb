using System;
using System.Buffers.Binary;

namespace NetworkProtocol.Fast.Tests.Packets;

/// <summary>SplitMix64: fast enough to make millions of inputs, and the same for the same seed everywhere.</summary>
internal struct FuzzRandom(ulong seed)
{
    private ulong state = seed;

    public ulong Next()
    {
        ulong z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    public int Below(int limit) => (int)((Next() >> 32) * (ulong)limit >> 32);

    public void Fill(Span<byte> bytes)
    {
        while (bytes.Length >= sizeof(ulong))
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, Next());
            bytes = bytes[sizeof(ulong)..];
        }

        ulong last = Next();
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)(last >> (8 * i));
        }
    }

    /// <summary>Changes a few bytes: by bits, to values at the edges, to anything.</summary>
    public void Mutate(Span<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return;
        }

        for (int changes = 1 + Below(3); changes > 0; changes--)
        {
            ulong choice = Next();
            ref byte target = ref bytes[Below(bytes.Length)];
            target = (choice & 3) switch
            {
                0 => (byte)(target ^ (1 << (int)((choice >> 8) & 7))),
                1 => 0xFF,
                2 => 0,
                _ => (byte)(choice >> 8),
            };
        }
    }
}
