namespace NetworkProtocol.Fast.Configuration;

/// <summary>How the bytes of a connection are protected.</summary>
public enum SessionKind
{
    /// <summary>What is safe for the endpoint: secure on tcp, plain inside TLS and on Unix sockets, where the file's
    /// mode protects.</summary>
    Default = 0,

    /// <summary>Not at all, but for what carries them. On tcp whoever is on the way can read and change
    /// everything.</summary>
    Plain,

    /// <summary>By a handshake and sealed records (docs/PROTOCOL.md, Secure session).</summary>
    Secure,
}
