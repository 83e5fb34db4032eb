using System;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using NetworkProtocol.Fast.Memory;
using NetworkProtocol.Fast.Session;

namespace NetworkProtocol.Fast.Certificates;

/// <summary>Reads certificates and their keys from files. Whoever gets them disposes them.</summary>
internal static class CertificateReader
{
    // Some hundred certificates; a bundle of all public CAs has 220 KiB.
    private const int BytesMax = 1 << 20;

    private const string What = "certificate file";

    /// <summary>Reads a certificate with its key, and the chain behind it.</summary>
    /// <exception cref="KeyFileException">A file cannot be used; the message says which and why.</exception>
    internal static X509Certificate2 ReadWithKey(CertificateFiles files, out X509Certificate2Collection chain)
    {
        byte[] content = KeyFiles.Read(What, files.Certificate, BytesMax, out FileStatus status);
        char[]? password = files.PasswordFile is null ? null : ReadPassword(files.PasswordFile);
        char[] text = GC.AllocateUninitializedArray<char>(content.Length, pinned: true);
        try
        {
            bool isPem = content.AsSpan().IndexOf("-----BEGIN "u8) >= 0;
            if (!isPem)
            {
                RequirePrivate(files.Certificate, in status);
                return FromPkcs12(files, content, password, out chain);
            }

            Encoding.Latin1.GetChars(content, text);
            return FromPem(files, text, password, out chain);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
            Array.Clear(text);
            Array.Clear(password ?? []);
        }
    }

    /// <summary>Reads the certificates of a PEM file.</summary>
    /// <exception cref="KeyFileException">The file cannot be used, or has none.</exception>
    internal static X509Certificate2Collection ReadAll(string path)
    {
        byte[] content = KeyFiles.Read(What, path, BytesMax, out FileStatus status);
        FileTrust.Require(What, path, status);
        return Import(path, Encoding.Latin1.GetString(content));
    }

    /// <summary>Reads the first certificate of a PEM file or of text that came through a pipe.</summary>
    internal static X509Certificate2Collection Import(string path, ReadOnlySpan<char> pem)
    {
        var found = new X509Certificate2Collection();
        try
        {
            found.ImportFromPem(pem);
        }
        catch (CryptographicException e)
        {
            throw new KeyFileException(path, $"{What} {path} holds a damaged certificate: {e.Message}", cause: e);
        }

        return found.Count > 0
            ? found
            : throw new KeyFileException(
                path, $"{What} {path} holds no certificate in PEM; expected -----BEGIN CERTIFICATE-----");
    }

    private static X509Certificate2 FromPem(
        CertificateFiles files, ReadOnlySpan<char> pem, char[]? password, out X509Certificate2Collection chain)
    {
        chain = Import(files.Certificate, pem);
        string keyFile = files.Key ?? files.Certificate;
        using KeyText key = KeyText.ReadFile(keyFile);
        key.RequirePrivate();
        bool isEncrypted = key.Text.Contains("BEGIN ENCRYPTED PRIVATE KEY", StringComparison.Ordinal);
        if (!isEncrypted && !key.Text.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
        {
            throw new KeyFileException(keyFile, files.Key is null
                ? $"{What} {keyFile} holds no private key; name the file with its key"
                : $"key file {keyFile} holds no private key in PEM");
        }

        if (isEncrypted && password is null)
        {
            throw new KeyFileException(keyFile, $"the key in {keyFile} is encrypted; name the file with its password");
        }

        try
        {
            using X509Certificate2 leaf = isEncrypted
                ? X509Certificate2.CreateFromEncryptedPem(pem, key.Text, password)
                : X509Certificate2.CreateFromPem(pem, key.Text);
            chain[0].Dispose();
            chain.RemoveAt(0);
            return Usable(leaf);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            string cause = isEncrypted ? "its password is wrong, or the key" : "the key";
            throw new KeyFileException(keyFile,
                $"cannot use the key in {keyFile}: {cause} is damaged or not that of the first certificate in "
                + files.Certificate, cause: e);
        }
    }

    private static X509Certificate2 FromPkcs12(
        CertificateFiles files, byte[] content, char[]? password, out X509Certificate2Collection chain)
    {
        // DER begins with a SEQUENCE (RFC 7292, 4).
        if (content is not [0x30, ..])
        {
            throw new KeyFileException(
                files.Certificate, $"{What} {files.Certificate} is neither PEM nor PKCS#12; name another file");
        }

        if (files.Key is not null)
        {
            throw new KeyFileException(files.Certificate,
                $"{What} {files.Certificate} is PKCS#12 and holds its key itself; leave {files.Key} out");
        }

        try
        {
            chain = X509CertificateLoader.LoadPkcs12Collection(content, password, StorageFlags);
        }
        catch (CryptographicException e)
        {
            throw new KeyFileException(files.Certificate, $"{What} {files.Certificate} is damaged, or "
                + (password is null ? "needs a password; name a file with it" : "its password is wrong"), cause: e);
        }

        foreach (X509Certificate2 certificate in chain)
        {
            if (certificate.HasPrivateKey)
            {
                chain.Remove(certificate);
                return certificate;
            }
        }

        throw new KeyFileException(files.Certificate, $"{What} {files.Certificate} holds no private key");
    }

    private static X509KeyStorageFlags StorageFlags => OperatingSystem.IsWindows()
        ? X509KeyStorageFlags.DefaultKeySet
        : X509KeyStorageFlags.EphemeralKeySet;

    // Windows' TLS cannot use a key that is in no store; elsewhere a copy will do.
    private static X509Certificate2 Usable(X509Certificate2 leaf)
    {
        byte[] exported = leaf.Export(X509ContentType.Pkcs12);
        try
        {
            return X509CertificateLoader.LoadPkcs12(exported, null, StorageFlags);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(exported);
        }
    }

    private static void RequirePrivate(string path, in FileStatus status)
    {
        if (FileTrust.IsOpenToOthers(path, in status))
        {
            throw new KeyFileException(path,
                $"{What} {path} holds a key and is open to others (mode {KeyFiles.Octal(status.Mode)}); run chmod 600 "
                + path);
        }

        FileTrust.Require(What, path, status);
    }

    private static char[] ReadPassword(string source)
    {
        if (SecretSource.VariableOf(source) is { } variable)
        {
            return SecretSource.Read("key password", variable).ToCharArray();
        }

        using KeyText text = KeyText.ReadFile(source);
        text.RequirePrivate();
        ReadOnlySpan<char> line = text.Text;
        int end = line.IndexOfAny('\r', '\n');
        return (end < 0 ? line : line[..end]).ToArray();
    }
}
