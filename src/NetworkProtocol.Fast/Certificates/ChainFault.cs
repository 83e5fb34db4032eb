using System.Globalization;
using System.Linq;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace NetworkProtocol.Fast.Certificates;

/// <summary>Says which check of a certificate failed, and what to do.</summary>
internal static class ChainFault
{
    /// <summary>Null when it is trusted.</summary>
    /// <param name="certificate">The peer's own.</param>
    /// <param name="chain">How far it was followed.</param>
    /// <param name="errors">What the platform found.</param>
    /// <param name="expectedName">The name that the certificate has to be for; null where any will do.</param>
    /// <param name="roots">Where the trusted CAs come from, for the message.</param>
    internal static string? Of(
        X509Certificate2 certificate, X509Chain? chain, SslPolicyErrors errors, string? expectedName, string roots)
    {
        string subject = $"the certificate '{CertificateNames.Shown(certificate.Subject)}'";
        if ((errors & SslPolicyErrors.RemoteCertificateChainErrors) != 0)
        {
            X509ChainStatusFlags flags = chain is null
                ? X509ChainStatusFlags.PartialChain
                : chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, static (all, one) => all | one.Status);
            return $"{subject} {Describe(certificate, chain, flags, roots)}";
        }

        if ((errors & SslPolicyErrors.RemoteCertificateNameMismatch) != 0)
        {
            string names = string.Join(", ", CertificateNames.AlternativeNamesOf(certificate));
            return $"{subject} is for {(names.Length > 0 ? names : "no host name")} and not for {expectedName}; "
                + "connect by a name that it has, or have one made for this name";
        }

        return null;
    }

    private static string Describe(
        X509Certificate2 certificate, X509Chain? chain, X509ChainStatusFlags flags, string roots)
    {
        if ((flags & X509ChainStatusFlags.Revoked) != 0)
        {
            return "was revoked";
        }

        if ((flags & X509ChainStatusFlags.NotTimeValid) != 0)
        {
            X509Certificate2 untimely = chain?.ChainElements
                .FirstOrDefault(static e =>
                    e.ChainElementStatus.Any(static s => (s.Status & X509ChainStatusFlags.NotTimeValid) != 0))
                ?.Certificate ?? certificate;
            string whose = untimely.Equals(certificate)
                ? string.Empty
                : $"is signed by '{CertificateNames.Shown(untimely.Subject)}', which ";
            return whose + (untimely.NotBefore > System.DateTime.Now
                ? $"is not valid before {Time(untimely.NotBefore)}; check the clocks"
                : $"expired on {Time(untimely.NotAfter)}; renew it");
        }

        if ((flags & X509ChainStatusFlags.NotSignatureValid) != 0)
        {
            return "has a signature that does not fit";
        }

        if ((flags & (X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.UntrustedRoot)) != 0)
        {
            string issuer = CertificateNames.Shown(Last(certificate, chain).Issuer);
            return $"is signed by an unknown CA ('{issuer}'), which is not in {roots}";
        }

        if ((flags & X509ChainStatusFlags.NotValidForUsage) != 0)
        {
            return "is not made for this use; its extended key usage says for what (RFC 5280, 4.2.1.12)";
        }

        return $"is not trusted: {flags}";
    }

    private static X509Certificate2 Last(X509Certificate2 certificate, X509Chain? chain) =>
        chain is { ChainElements.Count: > 0 } ? chain.ChainElements[^1].Certificate : certificate;

    private static string Time(System.DateTime time) =>
        time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
