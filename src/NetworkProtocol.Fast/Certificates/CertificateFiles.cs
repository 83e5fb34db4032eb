using System;

namespace NetworkProtocol.Fast.Certificates;

/// <summary>Where a certificate and its private key are kept.</summary>
/// <param name="Certificate">PEM with the certificate first and the chain behind it, or PKCS#12 (.pfx, .p12).</param>
/// <param name="Key">PEM with the private key, which may be encrypted; null when it is in the same file.</param>
/// <param name="PasswordFile">Holds the password of the key in its first line, or <c>env:NAME</c> for a variable of the
/// environment; null for a key without.</param>
public sealed record CertificateFiles(string Certificate, string? Key = null, string? PasswordFile = null)
{
    internal CertificateFiles Validate()
    {
        ArgumentException.ThrowIfNullOrEmpty(Certificate);
        return this;
    }
}
