using System;
using System.Security.Cryptography;

namespace NetworkProtocol.Fast.Session.Noise;

/// <summary>
/// A block of secret bytes that the collector never moves, so that no copy of them is left behind, and that is
/// zeroed when it is disposed. Not for several threads at a time.
/// </summary>
internal sealed class SecretBytes : IDisposable
{
    private readonly byte[] bytes;

    internal SecretBytes(int length)
    {
        bytes = GC.AllocateArray<byte>(length, pinned: true);
    }

    /// <summary>The bytes; all zero after <see cref="Dispose"/>.</summary>
    internal Span<byte> Span => bytes;

    public void Dispose() => CryptographicOperations.ZeroMemory(bytes);
}
