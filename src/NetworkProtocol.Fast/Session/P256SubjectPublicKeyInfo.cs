using System;

namespace NetworkProtocol.Fast.Session;

/// <summary>
/// The one DER encoding of a P-256 public key that identities are made of (RFC 5480): 26 bytes that never differ and
/// the uncompressed point.
/// <code>
///  0                                                                26             91
///  | SEQUENCE { SEQUENCE { id-ecPublicKey, prime256v1 } BIT STRING } | 04 | x | y |
/// </code>
/// Explicit curve parameters, compressed points and longer forms of lengths are refused: a fingerprint is over these
/// bytes, and one key must have one fingerprint.
/// </summary>
internal static class P256SubjectPublicKeyInfo
{
    /// <summary>Bytes of the whole encoding.</summary>
    internal const int BytesCount = PrefixBytes + P256.PointBytes;

    private const int PrefixBytes = 26;

    private static ReadOnlySpan<byte> Prefix =>
    [
        0x30, 0x59, 0x30, 0x13, // SEQUENCE of 89 bytes, SEQUENCE of 19
        0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, // 1.2.840.10045.2.1, id-ecPublicKey
        0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07, // 1.2.840.10045.3.1.7, prime256v1
        0x03, 0x42, 0x00, // BIT STRING of 65 whole bytes
    ];

    /// <summary>Finds the point; that it is on the curve is for <see cref="P256PublicKey"/> to check.</summary>
    /// <returns>False for any other length or prefix.</returns>
    internal static bool TryRead(ReadOnlySpan<byte> encoded, out ReadOnlySpan<byte> point)
    {
        bool matches = encoded.Length == BytesCount && encoded.StartsWith(Prefix);
        point = matches ? encoded[PrefixBytes..] : default;
        return matches;
    }

    /// <summary>Writes 91 bytes around a point of 65.</summary>
    internal static void Write(ReadOnlySpan<byte> point, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(point.Length, P256.PointBytes);
        point.CopyTo(destination[PrefixBytes..]);
        Prefix.CopyTo(destination);
    }
}
