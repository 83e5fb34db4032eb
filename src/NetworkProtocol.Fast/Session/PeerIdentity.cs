using System.Collections.Frozen;
using System.Collections.Generic;
using System.Linq;

namespace NetworkProtocol.Fast.Session;

/// <summary>Who the other side of a secure session, or of TLS, has proved to be.</summary>
/// <param name="Fingerprint">Of its public key.</param>
/// <param name="Name">What the list of authorised keys calls it; the fingerprint's text where it says nothing. In TLS
/// the first name of its certificate.</param>
public sealed record PeerIdentity(KeyFingerprint Fingerprint, string Name)
{
    // A certificate may have hundreds, and a line of the log stays one.
    private const int NamesShownMax = 8;

    /// <summary>Whether the server's list of authorised keys has the key, or its CA vouches for the certificate. False
    /// for servers, which are in no such list.</summary>
    public bool IsAuthorized { get; init; }

    /// <summary>What the peer's certificate says; null where none was shown.</summary>
    public PeerCertificate? Certificate { get; init; }

    /// <summary>For logs: the name, and in parentheses the key's fingerprint and what the certificate says.</summary>
    internal string Describe()
    {
        string key = Fingerprint.ToString();
        List<string> more = [];
        if (Name != key)
        {
            more.Add(key);
        }

        if (Certificate is { } certificate)
        {
            more.Add($"subject {certificate.Subject}");
            more.AddRange(certificate.AlternativeNames.Where(n => n != Name).Take(NamesShownMax));
        }

        return more.Count == 0 ? Name : $"{Name} ({string.Join(", ", more)})";
    }

    /// <summary>Whether one of the names is the peer's: its name, another name of its certificate, or its
    /// fingerprint.</summary>
    internal bool IsNamed(FrozenSet<string> names) => names.Contains(Name)
        || names.Contains(Fingerprint.ToString())
        || (Certificate is { } certificate && certificate.AlternativeNames.Any(names.Contains));
}
