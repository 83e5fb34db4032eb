using System.Linq;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using NetworkProtocol.Fast.Session;

namespace NetworkProtocol.Fast.Certificates;

/// <summary>A client's trust in its server and its own certificate, as they were read. Immutable, see
/// <see cref="ServerCertificates"/>.</summary>
internal sealed class ClientCertificates
{
    private readonly TlsClientOptions options;
    private readonly FileSet files;

    private ClientCertificates(
        TlsClientOptions options, FileSet files, X509Certificate2Collection? roots, SslStreamCertificateContext? own)
    {
        this.options = options;
        this.files = files;
        Own = own;
        ServerPolicy = Chains.PolicyOf(roots, options.Revocation);
    }

    /// <summary>What the client shows; null for nothing.</summary>
    internal SslStreamCertificateContext? Own { get; }

    /// <summary>How the chain of the server is followed.</summary>
    internal X509ChainPolicy ServerPolicy { get; }

    /// <summary>Whether a file is not what it was.</summary>
    internal bool HasChanged => files.HasChanged;

    /// <exception cref="KeyFileException">A file cannot be used; the message says which and why.</exception>
    internal static ClientCertificates Read(TlsClientOptions options)
    {
        var files = new FileSet();
        files.Add(options.RootsFile);
        files.Add(options.Certificate);
        X509Certificate2Collection? roots = options.RootsFile is { } path ? CertificateReader.ReadAll(path) : null;
        SslStreamCertificateContext? own = options.Certificate is { } certificate
            ? ServerCertificate.Read(certificate).Context
            : null;
        return new ClientCertificates(options, files, roots, own);
    }

    /// <summary>Decides about a server.</summary>
    internal CertificateVerdict Verify(
        X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors, string serverName)
    {
        if (certificate is null)
        {
            return CertificateVerdict.Refuse("the server shows no certificate");
        }

        string? fault = options.Check == CertificateCheck.Chain
            ? ChainFault.Of(certificate, chain, errors, serverName, options.RootsFile ?? "the system's roots")
            : null;
        if (fault is not null)
        {
            return CertificateVerdict.Refuse("the server is refused: " + fault);
        }

        PeerIdentity identity = CertificateNames.IdentityOf(certificate, isAuthorized: false);
        if (options.Pins.Count > 0 && !options.Pins.Contains(identity.Fingerprint))
        {
            string pinned = string.Join(" or ", options.Pins.Select(static pin => pin.ToString()));
            return CertificateVerdict.Refuse($"the server is refused: its key is {identity.Fingerprint}, pinned is "
                + $"{pinned}; this may be a man in the middle; if the key was changed on purpose, pin the new one");
        }

        return new CertificateVerdict(identity, null);
    }
}
