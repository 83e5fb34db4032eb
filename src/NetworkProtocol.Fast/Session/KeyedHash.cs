using System;
using System.Security.Cryptography;

namespace NetworkProtocol.Fast.Session;

/// <summary>
/// Hashes values that a peer chooses, with keys that nobody else knows: multilinear hashing (Dietzfelbinger,
/// "Universal hashing and k-wise independent random variables via integer arithmetic without primes", 1996). For any
/// two values the chance to meet in one of 2^32 places is 2^-32 over the choice of keys, so nobody can prepare values
/// that all fall into one bucket. Four multiplications, as no stronger hash is needed. Immutable; any thread.
/// </summary>
internal readonly struct KeyedHash
{
    private readonly ulong key0;
    private readonly ulong key1;
    private readonly ulong key2;
    private readonly ulong key3;
    private readonly ulong offset;

    private KeyedHash(ReadOnlySpan<byte> random)
    {
        key0 = BitConverter.ToUInt64(random);
        key1 = BitConverter.ToUInt64(random[8..]);
        key2 = BitConverter.ToUInt64(random[16..]);
        key3 = BitConverter.ToUInt64(random[24..]);
        offset = BitConverter.ToUInt64(random[32..]);
    }

    internal static KeyedHash Create()
    {
        Span<byte> random = stackalloc byte[40];
        RandomNumberGenerator.Fill(random);
        return new KeyedHash(random);
    }

    /// <summary>The upper half of the sum is the hash: the lower bits of a product are weak.</summary>
    internal uint Of(UInt128 value)
    {
        ulong upper = (ulong)(value >> 64);
        ulong lower = (ulong)value;
        ulong sum = offset
            + (key0 * (uint)lower)
            + (key1 * (lower >> 32))
            + (key2 * (uint)upper)
            + (key3 * (upper >> 32));
        return (uint)(sum >> 32);
    }
}
