using System;
using System.Diagnostics.CodeAnalysis;
using NetworkProtocol.Fast.Session.Noise;

namespace NetworkProtocol.Fast.Session;

/// <summary>
/// ECDH on P-256 (NIST SP 800-186, secp256r1) by the platform: the one curve of secure sessions. Public keys are
/// uncompressed SEC1 points of 65 bytes, secrets the 32-byte x coordinate.
/// </summary>
internal sealed class P256 : DhFunction
{
    /// <summary>0x04, then x and y, 32 bytes each, big-endian (SEC 1, 2.3.3).</summary>
    internal const int PointBytes = 1 + (2 * CoordinateBytes);

    /// <summary>Bytes of a coordinate, a private scalar and an agreed secret.</summary>
    internal const int CoordinateBytes = 32;

    private P256()
    {
    }

    internal static P256 Instance { get; } = new();

    internal override string Name => "P256";

    internal override int PublicKeyBytes => PointBytes;

    internal override int SharedSecretBytes => CoordinateBytes;

    internal override DhKeyPair Generate() => P256KeyPair.Generate();

    internal override bool TryImport(ReadOnlySpan<byte> encoded, [NotNullWhen(true)] out DhPublicKey? key)
    {
        bool valid = P256PublicKey.TryImport(encoded, out P256PublicKey? imported);
        key = imported;
        return valid;
    }
}
