namespace NetworkProtocol.Fast.Session;

/// <summary>Who the other side of a secure session has proved to be.</summary>
/// <param name="Fingerprint">Of its public key.</param>
/// <param name="Name">What the list of authorised keys calls it; the fingerprint's text where it says nothing.</param>
public sealed record PeerIdentity(KeyFingerprint Fingerprint, string Name)
{
    /// <summary>Whether the server's list of authorised keys has the key. False for servers, which are in no such
    /// list.</summary>
    public bool IsAuthorized { get; init; }
}
