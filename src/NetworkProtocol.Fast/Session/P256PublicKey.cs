using System;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using NetworkProtocol.Fast.Session.Noise;

namespace NetworkProtocol.Fast.Session;

/// <summary>
/// A public key on P-256 that has been checked: an uncompressed point, coordinates below the field's prime, on the
/// curve. There is one encoding of each key that is accepted, so equal keys are equal bytes. The curve has a prime
/// order: no point but infinity, which has no such encoding, is in a small group. Any thread until it is disposed.
/// </summary>
internal sealed class P256PublicKey : DhPublicKey
{
    /// <summary>First byte of an uncompressed point (SEC 1, 2.3.3).</summary>
    internal const byte Uncompressed = 4;

    private readonly byte[] encoded;
    private ECDiffieHellman? holder;

    private P256PublicKey(ReadOnlySpan<byte> encoded, SafeCurvePointHandle? point)
    {
        this.encoded = encoded.ToArray();
        Point = point;
    }

    /// <summary>The 65 bytes of the point.</summary>
    internal override ReadOnlySpan<byte> Encoded => encoded;

    /// <summary>libcrypto's point; null where <see cref="OpenSslP256"/> cannot be used, or was not to be.</summary>
    internal SafeCurvePointHandle? Point { get; }

    /// <summary>The platform's key, where there is no <see cref="Point"/>. Importing costs as much as an agreement, so
    /// it is kept.</summary>
    internal ECDiffieHellmanPublicKey Key => (holder ??= ImportHolder()).PublicKey;

    // p = 2^256 - 2^224 + 2^192 + 2^96 - 1
    private static ReadOnlySpan<byte> Prime =>
    [
        0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
    ];

    /// <summary>Takes a point of 65 bytes.</summary>
    /// <returns>False for another length, a compressed or hybrid point, coordinates of the prime or above, and points
    /// that are not on the curve.</returns>
    internal static bool TryImport(ReadOnlySpan<byte> point, [NotNullWhen(true)] out P256PublicKey? key) =>
        TryImport(point, byPlatform: !OpenSslP256.IsUsable, out key);

    /// <summary>The same, by libcrypto or by the platform.</summary>
    internal static bool TryImport(
        ReadOnlySpan<byte> point, bool byPlatform, [NotNullWhen(true)] out P256PublicKey? key)
    {
        key = null;
        if (point.Length != P256.PointBytes || point[0] != Uncompressed)
        {
            return false;
        }

        ReadOnlySpan<byte> x = point.Slice(1, P256.CoordinateBytes);
        ReadOnlySpan<byte> y = point[(1 + P256.CoordinateBytes)..];

        // The platform may reduce a coordinate instead of refusing it, and a key would have two encodings.
        if (x.SequenceCompareTo(Prime) >= 0 || y.SequenceCompareTo(Prime) >= 0)
        {
            return false;
        }

        return byPlatform ? TryImportByPlatform(point, out key) : TryImportByOpenSsl(point, out key);
    }

    /// <summary>Takes a strict SubjectPublicKeyInfo, <see cref="P256SubjectPublicKeyInfo"/>.</summary>
    internal static bool TryImportSubjectPublicKeyInfo(
        ReadOnlySpan<byte> encoded, [NotNullWhen(true)] out P256PublicKey? key)
    {
        key = null;
        return P256SubjectPublicKeyInfo.TryRead(encoded, out ReadOnlySpan<byte> point) && TryImport(point, out key);
    }

    public override void Dispose()
    {
        Point?.Dispose();
        holder?.Dispose();
    }

    private static bool TryImportByOpenSsl(
        ReadOnlySpan<byte> point, [NotNullWhen(true)] out P256PublicKey? key)
    {
        SafeCurvePointHandle? imported = OpenSslP256.ImportPoint(point);
        key = imported is null ? null : new P256PublicKey(point, imported);
        return key is not null;
    }

    private static bool TryImportByPlatform(
        ReadOnlySpan<byte> point, [NotNullWhen(true)] out P256PublicKey? key)
    {
        key = new P256PublicKey(point, point: null);
        try
        {
            key.holder = key.ImportHolder();
            return true;
        }
        catch (CryptographicException)
        {
            // The platform checks the curve's equation. This is a peer's doing and ends its handshake.
            key.Dispose();
            key = null;
            return false;
        }
    }

    private ECDiffieHellman ImportHolder() => ECDiffieHellman.Create(new ECParameters
    {
        Curve = ECCurve.NamedCurves.nistP256,
        Q = new ECPoint { X = encoded[1..(1 + P256.CoordinateBytes)], Y = encoded[(1 + P256.CoordinateBytes)..] },
    });
}
