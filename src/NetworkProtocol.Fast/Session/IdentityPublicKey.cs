using System;
using System.Security.Cryptography;

namespace NetworkProtocol.Fast.Session;

/// <summary>
/// The public half of an identity, in its three forms: point, SubjectPublicKeyInfo and fingerprint. Immutable; a value
/// of this type came out of a cryptographic import, so its point lies on the curve.
/// </summary>
internal sealed class IdentityPublicKey
{
    /// <summary>OID of P-256 (RFC 5480, 2.1.1.1).</summary>
    private const string CurveOid = "1.2.840.10045.3.1.7";

    private readonly byte[] info = new byte[P256SubjectPublicKeyInfo.BytesCount];

    private IdentityPublicKey(ECPoint point)
    {
        Span<byte> encoded = stackalloc byte[P256.PointBytes];
        encoded[0] = P256PublicKey.Uncompressed;
        point.X.CopyTo(encoded[1..]);
        point.Y.CopyTo(encoded[(1 + P256.CoordinateBytes)..]);
        P256SubjectPublicKeyInfo.Write(encoded, info);
        Fingerprint = KeyFingerprint.FromSubjectPublicKeyInfo(info);
    }

    internal ReadOnlyMemory<byte> Point => info.AsMemory(info.Length - P256.PointBytes);

    internal ReadOnlyMemory<byte> SubjectPublicKeyInfo => info;

    internal KeyFingerprint Fingerprint { get; }

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
