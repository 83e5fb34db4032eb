using System;
using System.Diagnostics.CodeAnalysis;
using System.Linq;
using System.Security.Cryptography;
using NetworkProtocol.Fast.Session.Noise;
using Curve = Org.BouncyCastle.Math.EC.Rfc7748.X25519;

namespace NetworkProtocol.Fast.Tests.Session.Noise;

/// <summary>The curve of the public Noise vectors; the product does not have it.</summary>
internal sealed class X25519 : DhFunction
{
    private const int KeyBytes = 32;

    internal override string Name => "25519";

    internal override int PublicKeyBytes => KeyBytes;

    internal override int SharedSecretBytes => KeyBytes;

    internal override DhKeyPair Generate() => FromScalar(RandomNumberGenerator.GetBytes(KeyBytes));

    internal override bool TryImport(ReadOnlySpan<byte> encoded, [NotNullWhen(true)] out DhPublicKey? key)
    {
        key = encoded.Length == KeyBytes ? new PublicPoint(encoded.ToArray()) : null;
        return key is not null;
    }

    internal static DhKeyPair FromScalar(byte[] scalar) => new Pair(scalar);

    private sealed class PublicPoint(byte[] encoded) : DhPublicKey
    {
        internal override ReadOnlySpan<byte> Encoded => encoded;

        public override void Dispose()
        {
        }
    }

    private sealed class Pair : DhKeyPair
    {
        private readonly byte[] scalar;
        private readonly byte[] point = new byte[KeyBytes];

        internal Pair(byte[] scalar)
        {
            this.scalar = scalar;
            Curve.ScalarMultBase(scalar, 0, point, 0);
        }

        internal override ReadOnlySpan<byte> PublicKey => point;

        internal override bool TryAgree(DhPublicKey peer, Span<byte> secret)
        {
            byte[] agreed = new byte[KeyBytes];
            Curve.ScalarMult(scalar, 0, peer.Encoded.ToArray(), 0, agreed, 0);
            agreed.CopyTo(secret);
            return agreed.Any(static b => b != 0);
        }

        public override void Dispose()
        {
        }
    }
}
