using System;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace NetworkProtocol.Fast.Certificates;

/// <summary>
/// Makes certificates with ECDSA keys on P-256 for development and small closed circles: self-signed ones, a CA, and
/// what it issues. Whoever gets them disposes them.
/// </summary>
internal static class CertificateAuthor
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    // RFC 5280, 4.1.2.2: positive and at most 20 bytes.
    private const int SerialBytes = 16;

    /// <summary>A certificate that vouches for itself; clients pin it or take it for their CA.</summary>
    internal static X509Certificate2 SelfSigned(CertificateDraft draft)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = RequestFor(draft, key);
        return request.CreateSelfSigned(draft.NotBefore, draft.NotAfter);
    }

    /// <summary>A CA that may sign certificates, but no further CAs.</summary>
    internal static X509Certificate2 Authority(CertificateDraft draft)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(NameOf(draft.Names[0]), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request.CreateSelfSigned(draft.NotBefore, draft.NotAfter);
    }

    /// <summary>A certificate that a CA vouches for; never longer than the CA itself is valid.</summary>
    /// <exception cref="CryptographicException">The authority is none, or has no key.</exception>
    internal static X509Certificate2 Issue(X509Certificate2 authority, CertificateDraft draft)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = RequestFor(draft, key);
        request.CertificateExtensions.Add(
            X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, true, false));
        Span<byte> serial = stackalloc byte[SerialBytes];
        RandomNumberGenerator.Fill(serial);
        serial[0] = (byte)((serial[0] & 0x7F) | 0x40);
        DateTimeOffset last = authority.NotAfter;
        using X509Certificate2 issued = request.Create(
            authority, draft.NotBefore, draft.NotAfter < last ? draft.NotAfter : last, serial);
        return issued.CopyWithPrivateKey(key);
    }

    private static CertificateRequest RequestFor(CertificateDraft draft, ECDsa key)
    {
        var request = new CertificateRequest(NameOf(draft.Names[0]), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        var uses = new OidCollection();
        if (draft.Use != CertificateUse.Client)
        {
            uses.Add(new Oid(ServerAuthentication));
        }

        if (draft.Use != CertificateUse.Server)
        {
            uses.Add(new Oid(ClientAuthentication));
        }

        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(uses, false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        request.CertificateExtensions.Add(AlternativeNames(draft));
        return request;
    }

    private static X500DistinguishedName NameOf(string common)
    {
        var name = new X500DistinguishedNameBuilder();
        name.AddCommonName(common);
        return name.Build();
    }

    private static X509Extension AlternativeNames(CertificateDraft draft)
    {
        var names = new SubjectAlternativeNameBuilder();
        foreach (string name in draft.Names)
        {
            if (IPAddress.TryParse(name, out IPAddress? address))
            {
                names.AddIpAddress(address);
            }
            else if (name.Contains("://", StringComparison.Ordinal))
            {
                names.AddUri(new Uri(name));
            }
            else if (name.Contains('@', StringComparison.Ordinal))
            {
                names.AddEmailAddress(name);
            }
            else
            {
                names.AddDnsName(name);
            }
        }

        return names.Build();
    }
}
