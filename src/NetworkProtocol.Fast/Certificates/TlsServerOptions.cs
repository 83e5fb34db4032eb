using System;
using System.Collections.Generic;
using NetworkProtocol.Fast.Session;

namespace NetworkProtocol.Fast.Certificates;

/// <summary>How a listener speaks TLS: 1.2 and 1.3, with the protocol name <c>npf/1</c> (RFC 7301).</summary>
public sealed record TlsServerOptions
{
    /// <summary>At least one. A client that names a host gets the first certificate for it (RFC 6066, 3), others the
    /// first of all.</summary>
    public required IReadOnlyList<CertificateFiles> Certificates { get; init; }

    /// <summary>Whether clients have to show a certificate.</summary>
    public ClientAuthentication ClientAuthentication { get; init; }

    /// <summary>PEM with the CAs whose client certificates are trusted; needed unless none are asked for.</summary>
    public string? ClientRootsFile { get; init; }

    /// <summary>Alternative names or fingerprints of the only clients that may connect; empty lets all in that the CA
    /// vouches for.</summary>
    public IReadOnlyList<string> AllowedClients { get; init; } = [];

    /// <summary>Whether revoked client certificates are looked for.</summary>
    public RevocationCheck Revocation { get; init; }

    /// <summary>How many handshakes may be under way.</summary>
    public HandshakeLimitOptions Limits { get; init; } = new();

    /// <summary>Checks every value; opens no file.</summary>
    /// <returns>This record.</returns>
    /// <exception cref="ArgumentException">A value is missing or contradicts another.</exception>
    public TlsServerOptions Validate()
    {
        if (Certificates is not { Count: > 0 })
        {
            throw new ArgumentException("a TLS listener needs a certificate", nameof(Certificates));
        }

        foreach (CertificateFiles files in Certificates)
        {
            files.Validate();
        }

        if (ClientAuthentication != ClientAuthentication.None && ClientRootsFile is null)
        {
            throw new ArgumentException(
                "client certificates are asked for, so name the file of their CA", nameof(ClientRootsFile));
        }

        if (ClientAuthentication == ClientAuthentication.None
            && (ClientRootsFile is not null || AllowedClients.Count > 0))
        {
            throw new ArgumentException(
                "no client certificates are asked for, so a CA or a list of them is of no use",
                nameof(ClientAuthentication));
        }

        Limits.Validate();
        return this;
    }
}
