using System;
using System.Collections.Generic;
using NetworkProtocol.Fast.Session;

namespace NetworkProtocol.Fast.Certificates;

/// <summary>How a client speaks TLS: 1.2 and 1.3, with the protocol name <c>npf/1</c> (RFC 7301). Without any setting
/// the system's roots decide.</summary>
public sealed record TlsClientOptions
{
    /// <summary>What users write for the CAs of the system.</summary>
    internal const string SystemRoots = "system";

    /// <summary>What the server's certificate has to be.</summary>
    public CertificateCheck Check { get; init; }

    /// <summary>PEM with the CAs that are trusted; null takes those of the system.</summary>
    public string? RootsFile { get; init; }

    /// <summary>Fingerprints of the server's key, of which one has to match; several while it is replaced.</summary>
    public IReadOnlyList<KeyFingerprint> Pins { get; init; } = [];

    /// <summary>The name that the certificate has to be for and that the server is asked for; null takes the host of
    /// the endpoint.</summary>
    public string? ServerName { get; init; }

    /// <summary>The client's own certificate; null shows none.</summary>
    public CertificateFiles? Certificate { get; init; }

    /// <summary>Whether a new connection may go on with the keys of one before it, which spares most of the
    /// handshake's arithmetic; certificates are checked all the same. Sessions are kept by the server's name, so for an
    /// endpoint with an address <see cref="ServerName"/> must say one.</summary>
    public bool ResumesSessions { get; init; } = true;

    /// <summary>Whether a revoked certificate of the server is looked for.</summary>
    public RevocationCheck Revocation { get; init; }

    /// <summary>Whom to trust as users write it: a pin alone is all that is checked; with a CA both are.</summary>
    /// <param name="roots">A file, or <see cref="SystemRoots"/>; null takes the system's, and none where a pin
    /// is.</param>
    /// <param name="pins">Fingerprints.</param>
    /// <param name="takesAny">Nothing is checked.</param>
    internal static TlsClientOptions Trusting(
        string? roots, IReadOnlyList<KeyFingerprint> pins, bool takesAny = false) => new()
        {
            Check = takesAny ? CertificateCheck.None
                : pins.Count > 0 && roots is null ? CertificateCheck.PinOnly
                : CertificateCheck.Chain,
            RootsFile = roots == SystemRoots ? null : roots,
            Pins = pins,
        };

    /// <summary>Checks every value; opens no file.</summary>
    /// <returns>This record.</returns>
    /// <exception cref="ArgumentException">Values contradict each other.</exception>
    public TlsClientOptions Validate()
    {
        if (Check == CertificateCheck.PinOnly && Pins.Count == 0)
        {
            throw new ArgumentException("only pins are checked, so name one", nameof(Pins));
        }

        if (Check == CertificateCheck.None && Pins.Count > 0)
        {
            throw new ArgumentException("nothing is checked, so pins are of no use", nameof(Check));
        }

        if (Check != CertificateCheck.Chain && RootsFile is not null)
        {
            throw new ArgumentException("no chain is checked, so a CA is of no use", nameof(Check));
        }

        Certificate?.Validate();
        return this;
    }
}
