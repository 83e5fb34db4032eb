namespace NetworkProtocol.Fast.Certificates;

/// <summary>Whether revoked certificates are looked for. Nothing is ever fetched during a handshake.</summary>
public enum RevocationCheck
{
    /// <summary>No.</summary>
    Off = 0,

    /// <summary>In the revocation lists that this system has; a certificate of which none speaks is taken.</summary>
    Offline,
}
