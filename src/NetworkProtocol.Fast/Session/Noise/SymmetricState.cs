using System;
using System.Security.Cryptography;
using System.Text;
using NetworkProtocol.Fast.Memory;

namespace NetworkProtocol.Fast.Session.Noise;

/// <summary>
/// Chaining key, transcript hash and the cipher under the newest key (Noise 5.2). Not for several threads at a time.
/// </summary>
internal sealed class SymmetricState : IDisposable
{
    private const int HashBytes = NoiseHash.BytesCount;

    // Chaining key and hash in one block that stays where it is.
    private readonly SecretBytes secrets = new(2 * HashBytes);
    private readonly IncrementalHash hasher = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly CipherState cipher = new();

    /// <summary>InitializeSymmetric(protocol_name).</summary>
    internal SymmetricState(string protocolName)
    {
        byte[] name = Encoding.ASCII.GetBytes(protocolName);
        if (name.Length <= HashBytes)
        {
            name.CopyTo(HashSpan);
        }
        else
        {
            SHA256.HashData(name, HashSpan);
        }

        HashSpan.CopyTo(ChainingKey);
    }

    /// <summary>h: the hash over all that both sides have seen.</summary>
    internal ReadOnlySpan<byte> Hash => HashSpan;

    /// <summary>ck; for this class and the test that sees it zeroed.</summary>
    internal Span<byte> ChainingKey => secrets.Span[..HashBytes];

    /// <summary>Whether payloads and static keys are encrypted by now.</summary>
    internal bool HasKey => cipher.HasKey;

    private Span<byte> HashSpan => secrets.Span[HashBytes..];

    internal void MixKey(ReadOnlySpan<byte> inputKey)
    {
        Span<byte> outputs = stackalloc byte[2 * HashBytes];
        NoiseHash.Derive(ChainingKey, inputKey, outputs);
        outputs[..HashBytes].CopyTo(ChainingKey);
        cipher.InitializeKey(outputs[HashBytes..]);
        CryptographicOperations.ZeroMemory(outputs);
    }

    internal void MixHash(ReadOnlySpan<byte> data)
    {
        hasher.AppendData(HashSpan);
        hasher.AppendData(data);
        hasher.GetHashAndReset(HashSpan);
    }

    /// <summary>For pre-shared keys: one goes into the key, the transcript and the cipher (Noise 9.2).</summary>
    internal void MixKeyAndHash(ReadOnlySpan<byte> inputKey)
    {
        Span<byte> outputs = stackalloc byte[3 * HashBytes];
        NoiseHash.Derive(ChainingKey, inputKey, outputs);
        outputs[..HashBytes].CopyTo(ChainingKey);
        MixHash(outputs.Slice(HashBytes, HashBytes));
        cipher.InitializeKey(outputs[(2 * HashBytes)..]);
        CryptographicOperations.ZeroMemory(outputs);
    }

    /// <summary>Encrypts under the transcript, and adds what comes out to it.</summary>
    internal NoiseStatus EncryptAndHash(ReadOnlySpan<byte> plaintext, Span<byte> output, out int written)
    {
        NoiseStatus status = cipher.Encrypt(Hash, plaintext, output, out written);
        if (status == NoiseStatus.Done)
        {
            MixHash(output[..written]);
        }

        return status;
    }

    /// <summary>The other direction; the plaintext must not overlap the input, which is still needed for the
    /// transcript.</summary>
    internal NoiseStatus DecryptAndHash(ReadOnlySpan<byte> input, Span<byte> plaintext, out int written)
    {
        NoiseStatus status = cipher.Decrypt(Hash, input, plaintext, out written);
        if (status == NoiseStatus.Done)
        {
            MixHash(input);
        }

        return status;
    }

    /// <summary>The ciphers of both directions; the first is the initiator's to send with.</summary>
    internal void Split(out CipherState first, out CipherState second)
    {
        Span<byte> outputs = stackalloc byte[2 * HashBytes];
        NoiseHash.Derive(ChainingKey, default, outputs);
        first = new CipherState(outputs[..HashBytes]);
        second = new CipherState(outputs[HashBytes..]);
        CryptographicOperations.ZeroMemory(outputs);
    }

    public void Dispose()
    {
        secrets.Dispose();
        cipher.Dispose();
        hasher.Dispose();
    }
}
