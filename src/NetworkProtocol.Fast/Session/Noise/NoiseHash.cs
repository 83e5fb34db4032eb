using System;
using System.Security.Cryptography;

namespace NetworkProtocol.Fast.Session.Noise;

/// <summary>
/// SHA256 as the framework uses it (Noise 4.3): HMAC (RFC 2104) and the key derivation made of it, which is HKDF
/// (RFC 5869) with an empty info and two or three outputs of one hash each. Static and without state.
/// </summary>
internal static class NoiseHash
{
    /// <summary>HASHLEN.</summary>
    internal const int BytesCount = SHA256.HashSizeInBytes;

    private const int OutputsMax = 3;

    /// <summary>HMAC-HASH(key, data) into the first 32 bytes of <paramref name="destination"/>.</summary>
    internal static void Hmac(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, Span<byte> destination) =>
        HMACSHA256.HashData(key, data, destination);

    /// <summary>
    /// HKDF(chaining_key, input_key_material, num_outputs): fills <paramref name="outputs"/>, whose length is one, two
    /// or three hashes. It must overlap neither input.
    /// </summary>
    internal static void Derive(ReadOnlySpan<byte> chainingKey, ReadOnlySpan<byte> inputKey, Span<byte> outputs)
    {
        if (outputs.Length is 0 or > OutputsMax * BytesCount || outputs.Length % BytesCount != 0)
        {
            throw new ArgumentException("one to three whole hashes can be derived", nameof(outputs));
        }

        // The stack is as good as pinned memory: nothing moves it, and it is zeroed below.
        Span<byte> derivedKey = stackalloc byte[BytesCount];
        Span<byte> block = stackalloc byte[BytesCount + 1];
        try
        {
            Hmac(chainingKey, inputKey, derivedKey);
            int previous = 0;
            for (int at = 0; at < outputs.Length; at += BytesCount)
            {
                // Each output hashes the one before it and its own number, counted from one.
                block[previous] = (byte)((at / BytesCount) + 1);
                Hmac(derivedKey, block[..(previous + 1)], outputs[at..]);
                outputs.Slice(at, BytesCount).CopyTo(block);
                previous = BytesCount;
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(derivedKey);
            CryptographicOperations.ZeroMemory(block);
        }
    }
}
