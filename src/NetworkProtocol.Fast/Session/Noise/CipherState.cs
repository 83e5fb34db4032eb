using System;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace NetworkProtocol.Fast.Session.Noise;

/// <summary>
/// A key and the counter of its nonces (Noise 5.1). Without a key, bytes pass as they are: so begins a handshake.
/// Disposed it refuses everything, rather than pass bytes unencrypted. Not for several threads at a time; encrypting
/// and decrypting allocate nothing, but for the first time and after <see cref="Rest"/>.
/// </summary>
internal sealed class CipherState : IDisposable
{
    /// <summary>What encryption adds.</summary>
    internal const int TagBytes = AesGcmCipher.TagBytes;

    /// <summary>Reserved for <see cref="Rekey"/>.</summary>
    internal const ulong NonceReserved = ulong.MaxValue;

    private AesGcmCipher? cipher;
    private bool disposed;

    /// <summary>No key yet.</summary>
    internal CipherState()
    {
    }

    internal CipherState(ReadOnlySpan<byte> key)
    {
        cipher = new AesGcmCipher(key);
    }

    [MemberNotNullWhen(true, nameof(cipher))]
    internal bool HasKey => cipher is not null;

    /// <summary>How much longer than its plaintext a ciphertext is now.</summary>
    internal int OverheadBytes => HasKey ? TagBytes : 0;

    /// <summary>The counter that the next message uses.</summary>
    internal ulong Nonce { get; private set; }

    /// <summary>InitializeKey(k): replaces the key and begins to count anew.</summary>
    internal void InitializeKey(ReadOnlySpan<byte> key)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        cipher?.Dispose();
        cipher = new AesGcmCipher(key);
        Nonce = 0;
    }

    /// <summary>SetNonce(n), for messages that do not come in order.</summary>
    internal void SetNonce(ulong nonce) => Nonce = nonce;

    /// <summary>
    /// EncryptWithAd. <paramref name="output"/> must hold the plaintext and <see cref="OverheadBytes"/>; the plaintext
    /// may be its beginning and overlap it in no other way.
    /// </summary>
    /// <returns>Done, NonceExhausted or Ended.</returns>
    internal NoiseStatus Encrypt(
        ReadOnlySpan<byte> associated, ReadOnlySpan<byte> plaintext, Span<byte> output, out int written)
    {
        written = 0;
        if (disposed)
        {
            return NoiseStatus.Ended;
        }

        if (!HasKey)
        {
            plaintext.CopyTo(output);
            written = plaintext.Length;
            return NoiseStatus.Done;
        }

        if (Nonce == NonceReserved)
        {
            return NoiseStatus.NonceExhausted;
        }

        Span<byte> nonce = stackalloc byte[AesGcmCipher.NonceBytes];
        WriteNonce(nonce);
        cipher.Encrypt(nonce, associated, plaintext, output);
        Nonce++;
        written = plaintext.Length + TagBytes;
        return NoiseStatus.Done;
    }

    /// <summary>
    /// DecryptWithAd. <paramref name="plaintext"/> must hold the input less <see cref="OverheadBytes"/>, and may be the
    /// input's beginning. A failure leaves the counter as it was; what it means is the owner's business.
    /// </summary>
    /// <returns>Done, MessageTooShort, AuthenticationFailed, NonceExhausted or Ended.</returns>
    internal NoiseStatus Decrypt(
        ReadOnlySpan<byte> associated, ReadOnlySpan<byte> input, Span<byte> plaintext, out int written)
    {
        written = 0;
        if (disposed)
        {
            return NoiseStatus.Ended;
        }

        if (!HasKey)
        {
            input.CopyTo(plaintext);
            written = input.Length;
            return NoiseStatus.Done;
        }

        if (input.Length < TagBytes)
        {
            return NoiseStatus.MessageTooShort;
        }

        if (Nonce == NonceReserved)
        {
            return NoiseStatus.NonceExhausted;
        }

        Span<byte> nonce = stackalloc byte[AesGcmCipher.NonceBytes];
        WriteNonce(nonce);
        if (!cipher.TryDecrypt(nonce, associated, input, plaintext))
        {
            return NoiseStatus.AuthenticationFailed;
        }

        Nonce++;
        written = input.Length - TagBytes;
        return NoiseStatus.Done;
    }

    /// <summary>Rekey() (Noise 11.3): another key, derived from this one; the counter goes on.</summary>
    /// <returns>Done, or WrongStep without a key, or Ended.</returns>
    internal NoiseStatus Rekey()
    {
        if (!HasKey)
        {
            return disposed ? NoiseStatus.Ended : NoiseStatus.WrongStep;
        }

        AesGcmCipher old = cipher;
        cipher = old.Rekeyed();
        old.Dispose();
        return NoiseStatus.Done;
    }

    /// <summary>Keeps key and counter alone until the next use.</summary>
    internal void Rest() => cipher?.Rest();

    public void Dispose()
    {
        disposed = true;
        cipher?.Dispose();
        cipher = null;
    }

    // Noise 12.4: 32 bits of zeros and the counter, big-endian.
    private void WriteNonce(Span<byte> nonce)
    {
        BinaryPrimitives.WriteUInt32BigEndian(nonce, 0);
        BinaryPrimitives.WriteUInt64BigEndian(nonce[sizeof(uint)..], Nonce);
    }
}
