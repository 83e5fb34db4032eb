using System;
using NetworkProtocol.Fast.Session.Noise;

namespace NetworkProtocol.Fast.Session;

/// <summary>
/// Opens the records of the direction from the peer to this side, in the order they were sealed in, and changes its key
/// when both ends do. The first record that does not open ends the direction: what follows it cannot be told from a
/// forgery. One thread at a time, which need not be the one that seals. Allocates only when the key changes, and at the
/// end.
/// </summary>
internal sealed class RecordOpener : IDisposable
{
    private readonly CipherState cipher;
    private readonly long recordsPerKey;
    private long recordsLeft;

    /// <summary>Takes the cipher over.</summary>
    internal RecordOpener(CipherState cipher)
        : this(cipher, RecordLayout.RecordsPerKey)
    {
    }

    /// <summary>With another interval than the protocol's, for tests.</summary>
    internal RecordOpener(CipherState cipher, long recordsPerKey)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(recordsPerKey);
        this.cipher = cipher;
        this.recordsPerKey = recordsPerKey;
        recordsLeft = recordsPerKey;
    }

    /// <summary>
    /// Opens the body of a record, which is what its length counts. <paramref name="plaintext"/> must hold the body
    /// less its tag; it is the body's own beginning, and the record is then opened in place, or it is outside of it.
    /// </summary>
    /// <returns>Done, or what ended the direction; then no byte of the plaintext is to be used.</returns>
    /// <exception cref="ArgumentException">The plaintext is too small, or overlaps the body in another way.</exception>
    internal RecordStatus TryOpen(ReadOnlySpan<byte> body, Span<byte> plaintext, out int written)
    {
        written = 0;
        if (body.Length is < RecordLayout.BodyBytesMin or > RecordLayout.BodyBytesMax)
        {
            bool wasOpen = cipher.HasKey;
            cipher.Dispose();
            return wasOpen ? RecordStatus.WrongLength : RecordStatus.Ended;
        }

        int bytes = body.Length - RecordLayout.TagBytes;
        ArgumentOutOfRangeException.ThrowIfLessThan(plaintext.Length, bytes, nameof(plaintext));
        if (body.Overlaps(plaintext[..bytes], out int offset) && offset != 0)
        {
            throw new ArgumentException("the plaintext overlaps the body elsewhere than in place", nameof(plaintext));
        }

        NoiseStatus status = cipher.Decrypt(default, body, plaintext, out written);
        if (status != NoiseStatus.Done)
        {
            cipher.Dispose();
            return From(status);
        }

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

    private static RecordStatus From(NoiseStatus status) => status switch
    {
        NoiseStatus.AuthenticationFailed => RecordStatus.Forged,
        NoiseStatus.NonceExhausted => RecordStatus.Exhausted,
        _ => RecordStatus.Ended,
    };
}
