using System;
using System.Security.Cryptography;
using NetworkProtocol.Fast.Session.Noise;

namespace NetworkProtocol.Fast.Session;

/// <summary>
/// An own key pair on P-256. The private scalar is in the platform's key object, which wipes it when it is released.
/// Any thread until it is disposed: agreeing only reads the key, so one static key serves all handshakes at once.
/// </summary>
internal sealed class P256KeyPair : DhKeyPair
{
    private readonly byte[] point = new byte[P256.PointBytes];
    private readonly ECDiffieHellman key;
    private readonly SafeEvpPKeyHandle? handle;
    private readonly bool isOwner;

    /// <summary>Uses a key that stays the caller's, and that must outlive this pair.</summary>
    /// <exception cref="ArgumentException">The key is on another curve.</exception>
    internal P256KeyPair(ECDiffieHellman key)
        : this(key, isOwner: false)
    {
        // Of all curves with coordinates of 32 bytes only P-256 has this point.
        if (!P256PublicKey.TryImport(point, out P256PublicKey? imported))
        {
            throw new ArgumentException("the key is not on P-256", nameof(key));
        }

        imported.Dispose();
    }

    private P256KeyPair(ECDiffieHellman key, bool isOwner)
    {
        this.key = key;
        this.isOwner = isOwner;
        handle = OpenSslAgreement.HandleOf(key);
        ECPoint q = key.ExportParameters(includePrivateParameters: false).Q;
        if (q.X?.Length == P256.CoordinateBytes && q.Y?.Length == P256.CoordinateBytes)
        {
            point[0] = 4;
            q.X.CopyTo(point, 1);
            q.Y.CopyTo(point, 1 + P256.CoordinateBytes);
        }
    }

    /// <summary>The 65 bytes of the public point.</summary>
    internal override ReadOnlySpan<byte> PublicKey => point;

    /// <summary>A new key pair from the platform's random numbers; costs about 0.1 ms.</summary>
    internal static P256KeyPair Generate() =>
        new(OpenSslAgreement.NewKey(), isOwner: true);

    /// <summary>The key pair of a private scalar of 32 bytes, big-endian: for worked examples, not for keys that
    /// are to be used.</summary>
    /// <exception cref="CryptographicException">The scalar is 0, or not below the curve's order.</exception>
    internal static P256KeyPair FromScalar(ReadOnlySpan<byte> scalar)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(scalar.Length, P256.CoordinateBytes);
        byte[] copy = GC.AllocateUninitializedArray<byte>(P256.CoordinateBytes, pinned: true);
        try
        {
            scalar.CopyTo(copy);
            var parameters = new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = copy };
            return new P256KeyPair(OpenSslAgreement.KeyOf(parameters), isOwner: true);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(copy);
        }
    }

    /// <summary>The x coordinate of the common point, all 32 bytes.</summary>
    internal override bool TryAgree(DhPublicKey peer, Span<byte> secret)
    {
        if (peer is not P256PublicKey publicKey)
        {
            throw new ArgumentException("the peer's key is on another curve", nameof(peer));
        }

        if (handle is not null && publicKey.Handle is not null)
        {
            OpenSslAgreement.Derive(handle, publicKey.Handle, secret);
            return true;
        }

        // The platform has no call that fills a span; its array lives until the next line.
        byte[] agreed = key.DeriveRawSecretAgreement(publicKey.Key);
        agreed.CopyTo(secret);
        CryptographicOperations.ZeroMemory(agreed);
        return true;
    }

    public override void Dispose()
    {
        handle?.Dispose();
        if (isOwner)
        {
            key.Dispose();
        }
    }
}
