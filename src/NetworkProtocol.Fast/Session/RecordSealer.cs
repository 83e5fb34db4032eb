using System;
using System.Buffers.Binary;
using NetworkProtocol.Fast.Session.Noise;

namespace NetworkProtocol.Fast.Session;

/// <summary>
/// Seals the records of the direction from this side to the peer, and changes its key when both ends do. One thread at
/// a time, which need not be the one that opens. Allocates only when the key changes.
/// </summary>
internal sealed class RecordSealer : IDisposable
{
    private readonly CipherState cipher;
    private readonly long recordsPerKey;
    private long recordsLeft;

    /// <summary>Takes the cipher over.</summary>
    internal RecordSealer(CipherState cipher)
        : this(cipher, RecordLayout.RecordsPerKey)
    {
    }

    /// <summary>With another interval than the protocol's, for tests.</summary>
    internal RecordSealer(CipherState cipher, long recordsPerKey)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(recordsPerKey);
        this.cipher = cipher;
        this.recordsPerKey = recordsPerKey;
        recordsLeft = recordsPerKey;
    }

    /// <summary>
    /// Writes length, ciphertext and tag to <paramref name="record"/>, which must hold
    /// <see cref="RecordLayout.OverheadBytes"/> more than the plaintext. The plaintext stands exactly behind the place
    /// of the length, and is then sealed in place, or outside of the record.
    /// </summary>
    /// <returns>Done, Exhausted or Ended.</returns>
    /// <exception cref="ArgumentException">The plaintext is empty or longer than
    /// <see cref="RecordLayout.PlaintextBytesMax"/>, the record too small, or they overlap in another way.</exception>
    internal RecordStatus Seal(ReadOnlySpan<byte> plaintext, Span<byte> record, out int written)
    {
        int bytes = plaintext.Length;
        ArgumentOutOfRangeException.ThrowIfZero(bytes, nameof(plaintext));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, RecordLayout.PlaintextBytesMax, nameof(plaintext));
        ArgumentOutOfRangeException.ThrowIfLessThan(
            record.Length, bytes + RecordLayout.OverheadBytes, nameof(record));
        Span<byte> target = record[..(bytes + RecordLayout.OverheadBytes)];
        if (plaintext.Overlaps(target, out int offset) && offset != -RecordLayout.LengthBytes)
        {
            throw new ArgumentException("the plaintext overlaps the record elsewhere than in place", nameof(plaintext));
        }

        NoiseStatus status = cipher.Encrypt(default, plaintext, target[RecordLayout.LengthBytes..], out written);
        if (status != NoiseStatus.Done)
        {
            cipher.Dispose();
            return status == NoiseStatus.NonceExhausted ? RecordStatus.Exhausted : RecordStatus.Ended;
        }

        BinaryPrimitives.WriteUInt16BigEndian(target, (ushort)written);
        written += RecordLayout.LengthBytes;
        if (--recordsLeft == 0)
        {
            cipher.Rekey();
            recordsLeft = recordsPerKey;
        }

        return RecordStatus.Done;
    }

    /// <summary>Keeps little memory until the next record.</summary>
    internal void Rest() => cipher.Rest();

    public void Dispose() => cipher.Dispose();
}
