namespace NetworkProtocol.Fast.Session;

/// <summary>Whether clients of a listener have to prove who they are.</summary>
public enum ClientAuthentication
{
    /// <summary>Anyone may connect; a key that a client shows all the same is only noted.</summary>
    None = 0,

    /// <summary>Anyone may connect; one that shows a certificate in TLS needs a trusted one. On secure listeners the
    /// same as none.</summary>
    Optional,

    /// <summary>A client needs a certificate of a trusted CA in TLS, and on secure listeners a key that the server's
    /// list of authorised keys has.</summary>
    Required,
}
