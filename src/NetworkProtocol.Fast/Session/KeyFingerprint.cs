using System;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace NetworkProtocol.Fast.Session;

/// <summary>
/// Names a public key: SHA-256 over its SubjectPublicKeyInfo (RFC 5280, 4.1), written as <c>sha256:</c> and base64, the
/// same pin as for TLS certificates (RFC 7469, 2.4). Immutable. Fingerprints are public; they are compared in constant
/// time all the same, so that no use of them needs a second thought.
/// </summary>
public sealed class KeyFingerprint : IEquatable<KeyFingerprint>
{
    /// <summary>Bytes of the hash.</summary>
    public const int BytesCount = SHA256.HashSizeInBytes;

    private const string Scheme = "sha256:";
    private const int PaddedChars = 44;
    private const string Expected = "expected sha256: and 44 characters of base64, as npfast key fingerprint prints it";

    private readonly byte[] hash;

    private KeyFingerprint(byte[] hash) => this.hash = hash;

    /// <summary>The hash itself, 32 bytes.</summary>
    public ReadOnlySpan<byte> Bytes => hash;

    /// <summary>Names the P-256 key with this point.</summary>
    /// <param name="point">65 bytes, uncompressed as in SEC 1, 2.3.3. That it lies on the curve is not checked.</param>
    /// <exception cref="ArgumentException">It is no uncompressed point by length or first byte.</exception>
    public static KeyFingerprint FromPoint(ReadOnlySpan<byte> point)
    {
        if (point.Length != P256.PointBytes || point[0] != P256PublicKey.Uncompressed)
        {
            throw new ArgumentException(
                "an uncompressed point of P-256 has 65 bytes and begins with 04", nameof(point));
        }

        Span<byte> info = stackalloc byte[P256SubjectPublicKeyInfo.BytesCount];
        P256SubjectPublicKeyInfo.Write(point, info);
        return FromSubjectPublicKeyInfo(info);
    }

    /// <summary>Names the key with this SubjectPublicKeyInfo (DER), of whatever kind it is.</summary>
    public static KeyFingerprint FromSubjectPublicKeyInfo(ReadOnlySpan<byte> info) => new(SHA256.HashData(info));

    /// <summary>Reads the text form, with or without the padding of base64.</summary>
    /// <exception cref="FormatException">It is none; the message says what was expected.</exception>
    public static KeyFingerprint Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out KeyFingerprint? fingerprint, out string? error)
            ? fingerprint
            : throw new FormatException(error);
    }

    /// <summary>Reads the text form, with or without the padding of base64.</summary>
    /// <param name="text">What to read; blanks around it are no part of it.</param>
    /// <param name="fingerprint">The fingerprint.</param>
    /// <param name="error">What is wrong and what was expected.</param>
    public static bool TryParse(
        ReadOnlySpan<char> text, [NotNullWhen(true)] out KeyFingerprint? fingerprint,
        [NotNullWhen(false)] out string? error)
    {
        fingerprint = null;
        if (!text.StartsWith(Scheme, StringComparison.Ordinal))
        {
            error = $"'{Shorten(text)}' is no fingerprint: it does not begin with {Scheme}; {Expected}";
            return false;
        }

        ReadOnlySpan<char> base64 = text[Scheme.Length..];
        Span<char> padded = stackalloc char[PaddedChars];
        padded[^1] = '=';
        byte[] hash = new byte[BytesCount];

        // The decoder skips white space and ignores the last two bits; neither is a fingerprint's form, and one key
        // must not have several names.
        if (base64.Length is not (PaddedChars or PaddedChars - 1)
            || !base64.TryCopyTo(padded)
            || !Convert.TryFromBase64Chars(padded, hash, out int written)
            || written != BytesCount
            || !padded.SequenceEqual(Convert.ToBase64String(hash)))
        {
            error = $"'{Shorten(text)}' is no fingerprint; {Expected}";
            return false;
        }

        fingerprint = new KeyFingerprint(hash);
        error = null;
        return true;
    }

    /// <summary>Compares in constant time.</summary>
    public bool Equals([NotNullWhen(true)] KeyFingerprint? other) =>
        other is not null && CryptographicOperations.FixedTimeEquals(hash, other.hash);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => Equals(obj as KeyFingerprint);

    /// <summary>The hash's first bytes: they are as good as random already.</summary>
    public override int GetHashCode() => BinaryPrimitives.ReadInt32LittleEndian(hash);

    /// <summary>The text form, with padding.</summary>
    public override string ToString() => Scheme + Convert.ToBase64String(hash);

    private static string Shorten(ReadOnlySpan<char> text) => text.Length <= 64 ? text.ToString() : $"{text[..61]}...";
}
