namespace NetworkProtocol.Fast.Transport;

/// <summary>How a receive or a send ended.</summary>
internal enum TransportStatus
{
    /// <summary>Done. A receive into a non-empty buffer with no bytes is the end of the stream.</summary>
    Ok,

    /// <summary>The peer or the way to it is gone.</summary>
    PeerGone,

    /// <summary>This side closed the connection or its sending half.</summary>
    Aborted,

    /// <summary>The system is short of memory; the operation did nothing.</summary>
    Pressure,

    /// <summary>The transport's own handshake failed; the connection's fault says why.</summary>
    HandshakeFailed,

    /// <summary>The peer proved nothing that is trusted here; the connection's fault says why.</summary>
    Untrusted,

    /// <summary>A bug or a setting; the connection is of no more use.</summary>
    Fatal,
}
