using System;

namespace NetworkProtocol.Fast.Session;

/// <summary>
/// The DER encoding of a P-256 private key as identities are written (RFC 5958 around RFC 5915), of one length and with
/// everything but the key at fixed places.
/// <code>
///  0                                                   36       68               73             138
///  | 0, { id-ecPublicKey, prime256v1 }, { 1, OCTETS | scalar | [1] BIT STRING | 04 | x | y | } |
/// </code>
/// The platform could encode it too, but leaves copies of the scalar behind in buffers that it does not zero.
/// </summary>
internal static class P256PrivateKeyInfo
{
    /// <summary>Bytes of the whole encoding.</summary>
    internal const int BytesCount = 138;

    private const int ScalarAt = 36;

    private static ReadOnlySpan<byte> Prefix =>
    [
        0x30, 0x81, 0x87, 0x02, 0x01, 0x00, // SEQUENCE of 135 bytes, version 0
        0x30, 0x13, // SEQUENCE of 19
        0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, // 1.2.840.10045.2.1, id-ecPublicKey
        0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07, // 1.2.840.10045.3.1.7, prime256v1
        0x04, 0x6D, 0x30, 0x6B, 0x02, 0x01, 0x01, // OCTET STRING of 109, SEQUENCE of 107, version 1
        0x04, 0x20, // OCTET STRING of 32
    ];

    // [1], BIT STRING of 65 whole bytes.
    private static ReadOnlySpan<byte> PointPrefix => [0xA1, 0x44, 0x03, 0x42, 0x00];

    /// <summary>Writes 138 bytes around a scalar of 32 and a point of 65.</summary>
    internal static void Write(ReadOnlySpan<byte> scalar, ReadOnlySpan<byte> point, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(scalar.Length, P256.CoordinateBytes);
        ArgumentOutOfRangeException.ThrowIfNotEqual(point.Length, P256.PointBytes);
        Prefix.CopyTo(destination);
        scalar.CopyTo(destination[ScalarAt..]);
        Span<byte> behind = destination[(ScalarAt + P256.CoordinateBytes)..];
        PointPrefix.CopyTo(behind);
        point.CopyTo(behind[PointPrefix.Length..]);
    }
}
