using System;
using System.Security.Cryptography;
using NetworkProtocol.Fast.Session.Noise;

namespace NetworkProtocol.Fast.Session;

/// <summary>
/// An own key pair on P-256. The private scalar is in libcrypto (<see cref="OpenSslP256"/>), or where that cannot be
/// used in the platform's key object; either wipes it when it is released. Any thread until it is disposed: agreeing
/// only reads the key, so one static key serves all handshakes at once.
/// </summary>
internal sealed class P256KeyPair : DhKeyPair
{
    private readonly byte[] point = new byte[P256.PointBytes];

    // One of them is there.
    private readonly SafeScalarHandle? scalar;
    private readonly ECDiffieHellman? key;

    /// <summary>Takes the scalar of a key that stays the caller's.</summary>
    /// <exception cref="ArgumentException">The key is on another curve.</exception>
    internal P256KeyPair(ECDiffieHellman key)
        : this(Exported(key), byPlatform: !OpenSslP256.IsUsable)
    {
    }

    private P256KeyPair(SafeScalarHandle scalar, byte[] point)
    {
        this.scalar = scalar;
        this.point = point;
    }

    // Wipes the parameters.
    private P256KeyPair(ECParameters parameters, bool byPlatform)
    {
        try
        {
            if (!byPlatform)
            {
                scalar = OpenSslP256.ImportScalar(parameters.D, point);
                return;
            }

            key = ECDiffieHellman.Create(parameters);
            ECPoint q = key.ExportParameters(includePrivateParameters: false).Q;
            point[0] = P256PublicKey.Uncompressed;
            q.X!.CopyTo(point, 1);
            q.Y!.CopyTo(point, 1 + P256.CoordinateBytes);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(parameters.D);
        }
    }

    /// <summary>The 65 bytes of the public point.</summary>
    internal override ReadOnlySpan<byte> PublicKey => point;

    /// <summary>A new key pair from the random numbers of libcrypto, or of the platform where that cannot be
    /// used.</summary>
    internal static P256KeyPair Generate()
    {
        if (!OpenSslP256.IsUsable)
        {
            return GenerateByPlatform();
        }

        byte[] point = new byte[P256.PointBytes];
        return new P256KeyPair(OpenSslP256.NewScalar(point), point);
    }

    /// <summary>A new key pair that is the platform's in any case.</summary>
    internal static P256KeyPair GenerateByPlatform()
    {
        using ECDiffieHellman key = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        return new P256KeyPair(Exported(key), byPlatform: true);
    }

    /// <summary>The key pair of a private scalar of 32 bytes, big-endian: for worked examples, not for keys that
    /// are to be used.</summary>
    /// <param name="scalar">32 bytes.</param>
    /// <param name="byPlatform">Whether it is the platform's key also where libcrypto can be used.</param>
    /// <exception cref="CryptographicException">The scalar is 0, or not below the curve's order.</exception>
    internal static P256KeyPair FromScalar(ReadOnlySpan<byte> scalar, bool byPlatform = false)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(scalar.Length, P256.CoordinateBytes);
        byte[] copy = GC.AllocateUninitializedArray<byte>(P256.CoordinateBytes, pinned: true);
        scalar.CopyTo(copy);
        return new P256KeyPair(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = copy },
            byPlatform || !OpenSslP256.IsUsable);
    }

    /// <summary>The x coordinate of the common point, all 32 bytes.</summary>
    internal override bool TryAgree(DhPublicKey peer, Span<byte> secret)
    {
        if (peer is not P256PublicKey publicKey)
        {
            throw new ArgumentException("the peer's key is on another curve", nameof(peer));
        }

        if (scalar is not null)
        {
            OpenSslP256.Agree(scalar, publicKey.Point!, secret);
            return true;
        }

        // The platform has no call that fills a span; its array lives until the next line.
        byte[] agreed = key!.DeriveRawSecretAgreement(publicKey.Key);
        agreed.CopyTo(secret);
        CryptographicOperations.ZeroMemory(agreed);
        return true;
    }

    public override void Dispose()
    {
        scalar?.Dispose();
        key?.Dispose();
    }

    private static ECParameters Exported(ECDiffieHellman key)
    {
        // The platform makes the array of the scalar itself, and not a pinned one: it is wiped a moment later, and a
        // collection in between may leave a copy. Keys that a handshake makes do not come this way.
        ECParameters parameters = key.ExportParameters(includePrivateParameters: true);

        // Of all curves with coordinates of 32 bytes only P-256 has the points that can be imported.
        Span<byte> point = [P256PublicKey.Uncompressed, .. parameters.Q.X!, .. parameters.Q.Y!];
        if (!P256PublicKey.TryImport(point, out P256PublicKey? imported))
        {
            CryptographicOperations.ZeroMemory(parameters.D);
            throw new ArgumentException("the key is not on P-256", nameof(key));
        }

        imported.Dispose();
        return parameters;
    }
}
