using System.Security.Cryptography.X509Certificates;

namespace NetworkProtocol.Fast.Certificates;

/// <summary>How chains of certificates are followed.</summary>
internal static class Chains
{
    /// <param name="roots">The only CAs that are trusted; null takes those of the system.</param>
    /// <param name="revocation">Whether revoked certificates are looked for.</param>
    internal static X509ChainPolicy PolicyOf(X509Certificate2Collection? roots, RevocationCheck revocation)
    {
        var policy = new X509ChainPolicy
        {
            RevocationMode = revocation == RevocationCheck.Offline
                ? X509RevocationMode.Offline
                : X509RevocationMode.NoCheck,
            RevocationFlag = X509RevocationFlag.ExcludeRoot,

            // A handshake must not wait for a server that a stranger's certificate names.
            DisableCertificateDownloads = true,
            VerificationFlags = revocation == RevocationCheck.Offline
                ? X509VerificationFlags.IgnoreEndRevocationUnknown
                    | X509VerificationFlags.IgnoreCertificateAuthorityRevocationUnknown
                : X509VerificationFlags.NoFlag,
        };
        if (roots is not null)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(roots);
        }

        return policy;
    }
}
