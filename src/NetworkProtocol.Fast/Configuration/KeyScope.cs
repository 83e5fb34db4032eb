namespace NetworkProtocol.Fast.Configuration;

/// <summary>Which endpoints a key is for. Given where there is none of them it does nothing, and somebody might rely on
/// it, so that is a fault.</summary>
internal enum KeyScope
{
    /// <summary>All.</summary>
    Any,

    /// <summary>Unix sockets that are listened on.</summary>
    UnixSocket,

    /// <summary>Unix sockets that are listened on and have a file.</summary>
    UnixFile,

    /// <summary>tls:// listeners, or tls:// nodes where it is a key of an upstream.</summary>
    Tls,

    /// <summary>tls:// listeners and nodes alike.</summary>
    TlsAnywhere,
}
