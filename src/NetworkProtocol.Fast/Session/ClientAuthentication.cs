namespace NetworkProtocol.Fast.Session;

/// <summary>Whether clients of a secure listener have to prove who they are.</summary>
public enum ClientAuthentication
{
    /// <summary>Anyone may connect; a key that a client shows all the same is only noted.</summary>
    None = 0,

    /// <summary>A client needs a key that the server's list of authorised keys has.</summary>
    Required,
}
