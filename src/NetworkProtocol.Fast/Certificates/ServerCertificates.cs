using System;
using System.Collections.Frozen;
using System.Collections.Generic;
using System.Linq;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using NetworkProtocol.Fast.Session;

namespace NetworkProtocol.Fast.Certificates;

/// <summary>The certificates of a listener and the trust in its clients, as they were read. Immutable: a reload makes
/// another one, and handshakes under way keep theirs.</summary>
internal sealed class ServerCertificates
{
    private readonly TlsServerOptions options;
    private readonly FileSet files;
    private readonly FrozenSet<string> allowed;

    private ServerCertificates(
        TlsServerOptions options, FileSet files, IReadOnlyList<ServerCertificate> certificates,
        X509Certificate2Collection? roots)
    {
        this.options = options;
        this.files = files;
        Certificates = certificates;
        allowed = options.AllowedClients.ToFrozenSet(StringComparer.Ordinal);
        ClientPolicy = Chains.PolicyOf(roots, options.Revocation);
    }

    /// <summary>The first is for clients that name no host, or one that no certificate is for.</summary>
    internal IReadOnlyList<ServerCertificate> Certificates { get; }

    /// <summary>How the chain of a client is followed.</summary>
    internal X509ChainPolicy ClientPolicy { get; }

    internal bool AsksForCertificates => options.ClientAuthentication != ClientAuthentication.None;

    /// <summary>Whether a file is not what it was.</summary>
    internal bool HasChanged => files.HasChanged;

    /// <exception cref="KeyFileException">A file cannot be used; the message says which and why.</exception>
    internal static ServerCertificates Read(TlsServerOptions options)
    {
        var files = new FileSet();
        foreach (CertificateFiles certificate in options.Certificates)
        {
            files.Add(certificate);
        }

        files.Add(options.ClientRootsFile);
        X509Certificate2Collection? roots =
            options.ClientRootsFile is { } path ? CertificateReader.ReadAll(path) : null;
        return new ServerCertificates(
            options, files, [.. options.Certificates.Select(ServerCertificate.Read)], roots);
    }

    /// <summary>For the log: what the certificates are for, and until when.</summary>
    internal string Describe() => string.Join("; ", Certificates.Select(static c => c.Describe()));

    /// <summary>The certificate for a client that asks for this host; empty when it names none.</summary>
    internal ServerCertificate For(string host) =>
        Certificates.FirstOrDefault(c => c.IsFor(host)) ?? Certificates[0];

    /// <summary>Decides about a client.</summary>
    internal CertificateVerdict Verify(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null)
        {
            return options.ClientAuthentication == ClientAuthentication.Required
                ? CertificateVerdict.Refuse("the client shows no certificate, and one is required here")
                : default;
        }

        if (!AsksForCertificates)
        {
            return default;
        }

        string? fault = ChainFault.Of(certificate, chain, errors, null, options.ClientRootsFile!);
        if (fault is not null)
        {
            return CertificateVerdict.Refuse("the client is refused: " + fault);
        }

        PeerIdentity identity = CertificateNames.IdentityOf(certificate, isAuthorized: true);
        return allowed.Count == 0 || identity.IsNamed(allowed)
            ? new CertificateVerdict(identity, null)
            : CertificateVerdict.Refuse($"the client {identity.Name} ({identity.Fingerprint}) is not among those "
                + "that may connect here");
    }
}
