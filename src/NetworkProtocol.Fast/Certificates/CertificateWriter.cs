using System;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using NetworkProtocol.Fast.Session;

namespace NetworkProtocol.Fast.Certificates;

/// <summary>Writes certificates and their keys as PEM files that their owner alone can read.</summary>
internal static class CertificateWriter
{
    /// <exception cref="KeyFileException">A file exists and is not to be replaced, or cannot be written.</exception>
    internal static CertificateFiles Write(
        X509Certificate2 certificate, string certificatePath, string keyPath, bool overwrite)
    {
        using ECDsa key = certificate.GetECDsaPrivateKey()
            ?? throw new ArgumentException("the certificate has no key of its own", nameof(certificate));
        byte[] exported = key.ExportPkcs8PrivateKey();
        char[] pem = PemEncoding.Write("PRIVATE KEY", exported);
        byte[] text = new byte[pem.Length + 1];
        try
        {
            Encoding.ASCII.GetBytes(pem, text);
            text[^1] = (byte)'\n';
            KeyFiles.Write("key file", keyPath, text, overwrite);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(exported);
            CryptographicOperations.ZeroMemory(text);
            Array.Clear(pem);
        }

        string open = certificate.ExportCertificatePem() + "\n";
        KeyFiles.Write("certificate file", certificatePath, Encoding.ASCII.GetBytes(open), overwrite);
        return new CertificateFiles(certificatePath, keyPath);
    }
}
