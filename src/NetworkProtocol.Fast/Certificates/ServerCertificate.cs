using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace NetworkProtocol.Fast.Certificates;

/// <summary>One certificate of a server with its key and chain, ready for handshakes. All that use it share the keys of
/// session tickets, by which clients resume sessions.</summary>
internal sealed class ServerCertificate
{
    private readonly X509Certificate2 certificate;
    private readonly IReadOnlyList<string> names;

    private ServerCertificate(X509Certificate2 certificate, SslStreamCertificateContext context)
    {
        this.certificate = certificate;
        Context = context;
        names = CertificateNames.AlternativeNamesOf(certificate);
    }

    internal SslStreamCertificateContext Context { get; }

    /// <summary>For the log: what it is for, its key's fingerprint, and until when it is valid.</summary>
    internal string Describe()
    {
        string whose = names.Count > 0 ? string.Join(", ", names) : certificate.Subject;
        string until = certificate.NotAfter.ToUniversalTime().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return $"{whose} ({CertificateNames.FingerprintOf(certificate)}, "
            + $"{(certificate.NotAfter < DateTime.Now ? "expired on" : "valid until")} {until})";
    }

    /// <exception cref="Session.KeyFileException">A file cannot be used.</exception>
    internal static ServerCertificate Read(CertificateFiles files)
    {
        X509Certificate2 certificate = CertificateReader.ReadWithKey(files, out X509Certificate2Collection chain);
        return new ServerCertificate(
            certificate, SslStreamCertificateContext.Create(certificate, chain, offline: true));
    }

    /// <summary>Whether it is for this host: one of its names, or a wildcard for its leftmost label (RFC 6125,
    /// 6.4.3).</summary>
    internal bool IsFor(string host) => names.Any(name =>
        name.Equals(host, StringComparison.OrdinalIgnoreCase)
        || (name.StartsWith("*.", StringComparison.Ordinal)
            && host.IndexOf('.') is > 0 and int dot
            && host.AsSpan(dot).Equals(name.AsSpan(1), StringComparison.OrdinalIgnoreCase)));
}
