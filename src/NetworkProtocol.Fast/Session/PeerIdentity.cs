namespace NetworkProtocol.Fast.Session;

/// <summary>Who the other side of a secure session has proved to be.</summary>
/// <param name="Fingerprint">Of its public key.</param>
/// <param name="Name">What the list of authorised keys calls it; the fingerprint's text where it says nothing.</param>
public sealed record PeerIdentity(KeyFingerprint Fingerprint, string Name);
