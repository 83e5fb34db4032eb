using System;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace NetworkProtocol.Fast.Memory;

/// <summary>
/// A block of secret bytes outside of the managed heap, so that the collector leaves no copy of them behind, and that
/// is zeroed and given back when it is disposed, or by its finaliser. Not for several threads at a time.
/// </summary>
internal sealed unsafe class SecretBytes : IDisposable
{
    private readonly int length;
    private void* bytes;

    internal SecretBytes(int length)
    {
        // SAFETY: freed once, by Free, which forgets the address; Span is bounded by the same length.
        bytes = NativeMemory.AllocZeroed((nuint)length);
        this.length = length;
    }

    ~SecretBytes() => Free();

    /// <summary>The bytes; zeros after <see cref="Dispose"/>. Who uses them disposes of the block afterwards, and so
    /// keeps it from its finaliser meanwhile.</summary>
    // SAFETY: the block has this length until Free, after which it is never handed out again.
    internal Span<byte> Span => bytes is null ? new byte[length] : new Span<byte>(bytes, length);

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (bytes is null)
        {
            return;
        }

        CryptographicOperations.ZeroMemory(Span);

        // SAFETY: from AllocZeroed, and no longer known to anybody.
        NativeMemory.Free(bytes);
        bytes = null;
    }
}
