using System;
using System.Security.Cryptography;

namespace NetworkProtocol.Fast.Session;

/// <summary>
/// The public half of an identity, in its three forms: point, SubjectPublicKeyInfo and fingerprint. Immutable; a value
/// of this type came out of a cryptographic import, so its point lies on the curve.
/// </summary>
internal sealed class IdentityPublicKey
{
    /// <summary>An uncompressed point of P-256 (SEC 1, 2.3.3): 04, then x and y of 32 bytes each.</summary>
    internal const int PointBytes = 1 + 2 * CoordinateBytes;

    /// <summary>The point with what says that it is one of P-256.</summary>
    internal const int InfoBytes = 26 + PointBytes;

    /// <summary>OID of P-256 (RFC 5480, 2.1.1.1).</summary>
    private const string CurveOid = "1.2.840.10045.3.1.7";

    private const int CoordinateBytes = 32;
    private const byte Uncompressed = 4;

    private readonly byte[] info = new byte[InfoBytes];

    private IdentityPublicKey(ECPoint point)
    {
        Span<byte> encoded = info.AsSpan(InfoPrefix.Length);
        encoded[0] = Uncompressed;
        point.X.CopyTo(encoded[1..]);
        point.Y.CopyTo(encoded[(1 + CoordinateBytes)..]);
        InfoPrefix.CopyTo(info);
        Fingerprint = KeyFingerprint.FromSubjectPublicKeyInfo(info);
    }

    internal ReadOnlyMemory<byte> Point => info.AsMemory(InfoPrefix.Length);

    internal ReadOnlyMemory<byte> SubjectPublicKeyInfo => info;

    internal KeyFingerprint Fingerprint { get; }

    /// <summary>
    /// DER up to the point: SEQUENCE { SEQUENCE { id-ecPublicKey, secp256r1 }, BIT STRING of 66 bytes } (RFC 5480, 2).
    /// </summary>
    private static ReadOnlySpan<byte> InfoPrefix =>
    [
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
        0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
    ];

    /// <summary>Puts a point into a SubjectPublicKeyInfo.</summary>
    /// <exception cref="ArgumentException">It is no uncompressed point by length or first byte.</exception>
    internal static void WriteInfo(ReadOnlySpan<byte> point, Span<byte> info)
    {
        if (point.Length != PointBytes || point[0] != Uncompressed)
        {
            throw new ArgumentException(
                "an uncompressed point of P-256 has 65 bytes and begins with 04", nameof(point));
        }

        InfoPrefix.CopyTo(info);
        point.CopyTo(info[InfoPrefix.Length..]);
    }

    /// <summary>Takes the public half of an imported key.</summary>
    /// <returns>Null when it is not a key of the named curve P-256.</returns>
    internal static IdentityPublicKey? Of(ECDiffieHellman key)
    {
        ECParameters parameters = key.ExportParameters(includePrivateParameters: false);
        bool named = parameters.Curve is { IsNamed: true, Oid.Value: CurveOid };
        return named ? new IdentityPublicKey(parameters.Q) : null;
    }

    /// <summary>Reads a public key, or the public half of a private one.</summary>
    /// <exception cref="KeyFileException">It is neither, or not one of P-256.</exception>
    internal static IdentityPublicKey Read(KeyText text)
    {
        PemBlock block = PemBlock.Find(text);
        if (block.Kind != PemKind.PublicKey)
        {
            using IdentityKey identity = IdentityKey.Import(text, block, password: []);
            return identity.PublicKey;
        }

        byte[] der = block.Decode();
        using ECDiffieHellman key = ECDiffieHellman.Create();
        try
        {
            key.ImportSubjectPublicKeyInfo(der, out int read);
            return (read == der.Length ? Of(key) : null) ?? throw text.Refused(IdentityKey.WrongKey);
        }
        catch (CryptographicException e)
        {
            throw text.Refused(IdentityKey.WrongKey, e);
        }
    }

    /// <summary>As PEM, label <c>PUBLIC KEY</c> (RFC 7468, 13), without an end of line.</summary>
    internal string ToPem() => PemEncoding.WriteString("PUBLIC KEY", info);
}
