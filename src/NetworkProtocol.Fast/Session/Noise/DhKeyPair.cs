using System;

namespace NetworkProtocol.Fast.Session.Noise;

/// <summary>An own key pair. Any thread until it is disposed.</summary>
internal abstract class DhKeyPair : IDisposable
{
    /// <summary>The public key as it is sent.</summary>
    internal abstract ReadOnlySpan<byte> PublicKey { get; }

    /// <summary>DH(key_pair, public_key) into <paramref name="secret"/>, which has the function's
    /// <see cref="DhFunction.SharedSecretBytes"/>.</summary>
    /// <returns>False when the peer's key leaves nothing secret.</returns>
    internal abstract bool TryAgree(DhPublicKey peer, Span<byte> secret);

    public abstract void Dispose();
}
