using System;
using System.Security.Cryptography;
using NetworkProtocol.Fast.Memory;

namespace NetworkProtocol.Fast.Session.Noise;

/// <summary>
/// AES-256-GCM with a 16-byte tag behind the ciphertext: the cipher functions "AESGCM" (Noise 4.2 and 12.4). The
/// platform's cipher object, 1.3 KiB, is made when it is first needed and again after <see cref="Rest"/>, which takes
/// about 1 us; it and the key are wiped when they are released. Not for several threads at a time; encrypting and
/// decrypting allocate nothing else.
/// </summary>
internal sealed class AesGcmCipher : IDisposable
{
    internal const int KeyBytes = 32;
    internal const int NonceBytes = 12;
    internal const int TagBytes = 16;

    private readonly SecretBytes key = new(KeyBytes);
    private AesGcm? aes;
    private bool disposed;

    internal AesGcmCipher(ReadOnlySpan<byte> key)
    {
        // The platform would take shorter keys as well; the framework knows one size.
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeyBytes);
        key.CopyTo(this.key.Span);
    }

    private AesGcm Awake => aes ?? Wake();

    /// <summary>
    /// Writes ciphertext and tag, 16 bytes more than <paramref name="plaintext"/>, which may be the beginning of
    /// <paramref name="output"/> and overlap it in no other way.
    /// </summary>
    internal void Encrypt(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> plaintext, Span<byte> output)
    {
        Span<byte> tag = output.Slice(plaintext.Length, TagBytes);
        Awake.Encrypt(nonce, plaintext, output[..plaintext.Length], tag, associated);
    }

    /// <summary>
    /// Checks and decrypts; <paramref name="plaintext"/> gets 16 bytes less than <paramref name="input"/> has, and
    /// may be its beginning.
    /// </summary>
    /// <returns>False when the tag does not match; the plaintext is then zeroed.</returns>
    internal bool TryDecrypt(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> input, Span<byte> plaintext)
    {
        if (input.Length < TagBytes)
        {
            return false;
        }

        int bytes = input.Length - TagBytes;
        try
        {
            Awake.Decrypt(nonce, input[..bytes], input[bytes..], plaintext[..bytes], associated);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            // Once for each connection at most: a failure is final for whoever asked.
            return false;
        }
    }

    /// <summary>The cipher under REKEY(k) (Noise 4.2): the key is the encryption of 32 zeros under the reserved
    /// nonce.</summary>
    internal AesGcmCipher Rekeyed()
    {
        Span<byte> nonce = stackalloc byte[NonceBytes];
        nonce[(NonceBytes - sizeof(ulong))..].Fill(0xFF);
        Span<byte> zeros = stackalloc byte[KeyBytes];
        zeros.Clear();
        Span<byte> output = stackalloc byte[KeyBytes + TagBytes];
        try
        {
            Encrypt(nonce, default, zeros, output);
            return new AesGcmCipher(output[..KeyBytes]);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(output);
        }
    }

    /// <summary>Keeps the key alone until the next use.</summary>
    internal void Rest()
    {
        aes?.Dispose();
        aes = null;
    }

    public void Dispose()
    {
        disposed = true;
        Rest();
        key.Dispose();
    }

    private AesGcm Wake()
    {
        // Or it would encrypt under a key of zeros.
        ObjectDisposedException.ThrowIf(disposed, this);
        return aes = new AesGcm(key.Span, TagBytes);
    }
}
