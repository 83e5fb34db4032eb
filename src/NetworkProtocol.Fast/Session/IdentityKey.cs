using System;
using System.Security.Cryptography;
using System.Text;

namespace NetworkProtocol.Fast.Session;

/// <summary>
/// The private key that a server or client of secure sessions proves to have: ECDH on P-256 (FIPS 186-5). Safe for use
/// by several threads, since nothing of it changes until it is disposed.
/// </summary>
public sealed class IdentityKey : IDisposable
{
    /// <summary>For a key of the wrong kind, after the file's name.</summary>
    internal const string WrongKey =
        "holds no P-256 key; make one with npfast key generate, "
        + "or openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256";

    private const string Damaged = "holds a damaged key; restore it from a backup, or make a new one";

    private const string Mismatched = "holds a private and a public key that do not belong together, or that are none "
        + "of P-256; restore it from a backup, or make a new one";

    // The curve's OID in DER.
    private static ReadOnlySpan<byte> CurveId => [0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07];

    private IdentityKey(ECDiffieHellman key, IdentityPublicKey publicKey)
    {
        Key = key;
        PublicKey = publicKey;
    }

    /// <summary>What others know this key by.</summary>
    public KeyFingerprint Fingerprint => PublicKey.Fingerprint;

    /// <summary>The public key as an uncompressed point, 65 bytes (SEC 1, 2.3.3).</summary>
    public ReadOnlyMemory<byte> PublicPoint => PublicKey.Point;

    /// <summary>The public key as DER, 91 bytes (RFC 5480, 2).</summary>
    public ReadOnlyMemory<byte> SubjectPublicKeyInfo => PublicKey.SubjectPublicKeyInfo;

    internal ECDiffieHellman Key { get; }

    internal IdentityPublicKey PublicKey { get; }

    /// <summary>Makes a new key.</summary>
    public static IdentityKey Create()
    {
        ECDiffieHellman key = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        return new IdentityKey(key, IdentityPublicKey.Of(key)!);
    }

    /// <summary>
    /// Reads a private key in PEM: PKCS#8 (RFC 5958), with or without a password, or SEC 1 (RFC 5915).
    /// </summary>
    /// <param name="path">A regular file that nobody but its owner may read or change.</param>
    /// <param name="password">The password of an encrypted key; ignored for others.</param>
    /// <exception cref="KeyFileException">The file cannot be read, is open to others, or does not hold exactly one
    /// private key of P-256.</exception>
    public static IdentityKey ReadFile(string path, ReadOnlySpan<char> password = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using KeyText text = KeyText.ReadFile(path);
        return Import(text, PemBlock.Find(text), password);
    }

    /// <summary>Writes the key as PKCS#8 in PEM, readable for its owner alone (mode 0600). The file appears whole or
    /// not at all; folders that are missing are made (mode 0700).</summary>
    /// <param name="path">Where to.</param>
    /// <param name="overwrite">Replaces what is there; a symbolic link is replaced, not followed.</param>
    /// <exception cref="KeyFileException">The file exists and is not to be replaced, or it cannot be
    /// written.</exception>
    public void WriteFile(string path, bool overwrite = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        const int BytesMax = 512; // 138 of DER are 241 of PEM
        byte[] der = GC.AllocateArray<byte>(P256PrivateKeyInfo.BytesCount, pinned: true);
        char[] pem = GC.AllocateArray<char>(BytesMax, pinned: true);
        byte[] content = GC.AllocateArray<byte>(BytesMax, pinned: true);
        byte[]? scalar = null;
        try
        {
            scalar = Key.ExportParameters(includePrivateParameters: true).D!;
            P256PrivateKeyInfo.Write(scalar, PublicPoint.Span, der);
            if (!PemEncoding.TryWrite("PRIVATE KEY", der, pem, out int chars))
            {
                throw new InvalidOperationException("a P-256 key is larger than it can be");
            }

            int bytes = Encoding.ASCII.GetBytes(pem.AsSpan(0, chars), content);
            content[bytes] = (byte)'\n';
            KeyFiles.Write("key file", path, content.AsSpan(0, bytes + 1), overwrite);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(scalar);
            CryptographicOperations.ZeroMemory(der);
            Array.Clear(pem);
            CryptographicOperations.ZeroMemory(content);
        }
    }

    /// <summary>The public key as PEM, label <c>PUBLIC KEY</c>, without an end of line.</summary>
    public string ToPublicPem() => PublicKey.ToPem();

    /// <inheritdoc/>
    public void Dispose() => Key.Dispose();

    /// <exception cref="KeyFileException">It is no private key of P-256, or its file is open to others.</exception>
    internal static IdentityKey Import(KeyText text, PemBlock block, ReadOnlySpan<char> password)
    {
        if (!block.IsPrivate)
        {
            throw text.Refused("holds a public key; name the file with the private key");
        }

        text.RequirePrivate();
        if (block.Kind == PemKind.EncryptedPrivateKey && password.IsEmpty)
        {
            throw text.Refused("is encrypted and no password is given; decrypt it with openssl pkey -in FILE -out NEW");
        }

        byte[] der = block.Decode();
        ECDiffieHellman? key = ECDiffieHellman.Create();
        try
        {
            int read = ImportInto(key, block.Kind, der, password);
            IdentityPublicKey publicKey = IdentityPublicKey.Of(key) ?? throw text.Refused(WrongKey);
            if (read != der.Length)
            {
                throw text.Refused(Damaged);
            }

            if (!OwnsPublicKey(key, publicKey))
            {
                throw text.Refused(Mismatched);
            }

            var identity = new IdentityKey(key, publicKey);
            key = null;
            return identity;
        }
        catch (CryptographicException e) when (block.Kind == PemKind.EncryptedPrivateKey)
        {
            throw text.Refused("cannot be decrypted to a P-256 key; check the password", e);
        }
        catch (CryptographicException e)
        {
            // OpenSSL compares the halves itself and does not say what it found.
            throw text.Refused(der.AsSpan().IndexOf(CurveId) >= 0 ? Mismatched : WrongKey, e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(der);
            key?.Dispose();
        }
    }

    private static int ImportInto(ECDiffieHellman key, PemKind kind, byte[] der, ReadOnlySpan<char> password)
    {
        int read;
        switch (kind)
        {
            case PemKind.EcPrivateKey:
                key.ImportECPrivateKey(der, out read);
                break;
            case PemKind.EncryptedPrivateKey:
                key.ImportEncryptedPkcs8PrivateKey(password, der, out read);
                break;
            default:
                key.ImportPkcs8PrivateKey(der, out read);
                break;
        }

        return read;
    }

    /// <summary>
    /// A file states the public key beside the private one. If they do not belong together, no handshake would ever
    /// succeed, and work with a foreign point could tell about the private key.
    /// </summary>
    private static bool OwnsPublicKey(ECDiffieHellman key, IdentityPublicKey publicKey)
    {
        ECParameters parameters = key.ExportParameters(includePrivateParameters: true);
        try
        {
            parameters.Q = default;
            using ECDiffieHellman derived = ECDiffieHellman.Create(parameters);
            return publicKey.Fingerprint.Equals(IdentityPublicKey.Of(derived)?.Fingerprint);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(parameters.D);
        }
    }
}
