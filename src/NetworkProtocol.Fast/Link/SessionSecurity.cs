namespace NetworkProtocol.Fast.Link;

/// <summary>How the sessions of a server or of a client are secured. Shared by its links; thread-safe.</summary>
internal abstract class SessionSecurity
{
    /// <summary>Begins the handshake of a link; null when there is no place for another one.</summary>
    internal abstract LinkHandshake? Begin(PeerLink link);
}
