using NetworkProtocol.Fast.Session;

namespace NetworkProtocol.Fast.Certificates;

/// <summary>What was decided about a peer's certificate.</summary>
/// <param name="Identity">Who it is; null for a peer that showed none and need not.</param>
/// <param name="Refusal">Why the peer is refused; null when it is not.</param>
internal readonly record struct CertificateVerdict(PeerIdentity? Identity, string? Refusal)
{
    internal static CertificateVerdict Refuse(string why) => new(null, why);
}
