using System;
using System.Security.Cryptography;

namespace NetworkProtocol.Fast.Session;

/// <summary>The one key in a text, as it stands there.</summary>
internal readonly ref struct PemBlock
{
    // What openssl ecparam -genkey puts in front of the key; the key names its curve itself.
    private const string Parameters = "EC PARAMETERS";
    private const string Expected = "expected one -----BEGIN PRIVATE KEY-----, as npfast key generate writes it";

    private readonly ReadOnlySpan<char> base64;
    private readonly int bytes;

    private PemBlock(PemKind kind, ReadOnlySpan<char> base64, int bytes)
    {
        Kind = kind;
        this.base64 = base64;
        this.bytes = bytes;
    }

    internal PemKind Kind { get; }

    internal bool IsPrivate => Kind != PemKind.PublicKey;

    /// <exception cref="KeyFileException">There is no key, more than one, or something else.</exception>
    internal static PemBlock Find(KeyText text)
    {
        ReadOnlySpan<char> rest = text.Text;
        PemBlock found = default;
        bool any = false;
        while (PemEncoding.TryFind(rest, out PemFields fields))
        {
            ReadOnlySpan<char> label = rest[fields.Label];
            if (!label.SequenceEqual(Parameters))
            {
                if (any)
                {
                    throw text.Refused("holds more than one key or certificate; keep one key in a file of its own");
                }

                found = new PemBlock(KindOf(label, text), rest[fields.Base64Data], fields.DecodedDataLength);
                any = true;
            }

            rest = rest[fields.Location.End..];
        }

        return any ? found : throw text.Refused($"holds no key in PEM; {Expected}");
    }

    /// <summary>The DER inside, pinned; whoever asks for it zeroes it.</summary>
    internal byte[] Decode()
    {
        byte[] der = GC.AllocateArray<byte>(bytes, pinned: true);

        // The search has decoded it once already to know its length.
        bool decoded = Convert.TryFromBase64Chars(base64, der, out int written);
        return decoded && written == bytes ? der : throw new InvalidOperationException("the PEM block changed");
    }

    private static PemKind KindOf(ReadOnlySpan<char> label, KeyText text) => label switch
    {
        "PRIVATE KEY" => PemKind.PrivateKey,
        "ENCRYPTED PRIVATE KEY" => PemKind.EncryptedPrivateKey,
        "EC PRIVATE KEY" => PemKind.EcPrivateKey,
        "PUBLIC KEY" => PemKind.PublicKey,
        "CERTIFICATE" => throw text.Refused("holds a certificate, not a key; name the file with its key"),
        "RSA PRIVATE KEY" or "RSA PUBLIC KEY" or "DSA PRIVATE KEY" => throw text.Refused(IdentityKey.WrongKey),
        "OPENSSH PRIVATE KEY" => throw text.Refused(
            "is in the format of OpenSSH; convert it with ssh-keygen -p -m PKCS8, or run npfast key generate"),
        _ => throw text.Refused($"holds something else than a key ({label}); {Expected}"),
    };
}
