using System;
using System.Diagnostics.CodeAnalysis;

namespace NetworkProtocol.Fast.Session.Noise;

/// <summary>
/// The Diffie-Hellman functions of a curve (Noise 4.1). The product has one, P-256; the tests bring the curve of the
/// public vectors. Stateless: any thread.
/// </summary>
internal abstract class DhFunction
{
    /// <summary>No curve of the framework has larger secrets.</summary>
    internal const int SharedSecretBytesMax = 64;

    /// <summary>As it stands in the protocol's name.</summary>
    internal abstract string Name { get; }

    /// <summary>Bytes of an encoded public key, DHLEN of the framework's message layouts.</summary>
    internal abstract int PublicKeyBytes { get; }

    /// <summary>Bytes of an agreed secret, which goes into keys only and may have another length.</summary>
    internal abstract int SharedSecretBytes { get; }

    /// <summary>GENERATE_KEYPAIR(); whoever asks disposes it.</summary>
    internal abstract DhKeyPair Generate();

    /// <summary>Takes a public key from a peer.</summary>
    /// <returns>False for what is no valid public key.</returns>
    internal abstract bool TryImport(ReadOnlySpan<byte> encoded, [NotNullWhen(true)] out DhPublicKey? key);
}
