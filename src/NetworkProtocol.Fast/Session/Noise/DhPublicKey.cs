using System;

namespace NetworkProtocol.Fast.Session.Noise;

/// <summary>A peer's public key, checked and ready for agreements, so that the cost of importing it is paid once.
/// Any thread until it is disposed.</summary>
internal abstract class DhPublicKey : IDisposable
{
    /// <summary>As it is sent.</summary>
    internal abstract ReadOnlySpan<byte> Encoded { get; }

    public abstract void Dispose();
}
