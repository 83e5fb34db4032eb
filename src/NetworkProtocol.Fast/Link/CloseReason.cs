namespace NetworkProtocol.Fast.Link;

/// <summary>Why a link ended.</summary>
public enum CloseReason
{
    /// <summary>The link is open.</summary>
    None = 0,

    /// <summary>This side asked for it.</summary>
    Requested,

    /// <summary>The peer ended the connection in order, after its last whole packet.</summary>
    PeerClosed,

    /// <summary>The connection broke: reset, or ended in the middle of a packet.</summary>
    ConnectionLost,

    /// <summary>Nothing was heard from the peer for three heartbeat intervals.</summary>
    PeerDead,

    /// <summary>The peer did not finish opening the session within the handshake limit.</summary>
    HandshakeTimeout,

    /// <summary>The peer sent bytes that break the protocol.</summary>
    ProtocolError,

    /// <summary>The peer reported a fault of the connection with an Error packet.</summary>
    RemoteError,

    /// <summary>The peer does not read what it is sent.</summary>
    SlowConsumer,

    /// <summary>The peer began a packet and did not send it whole in time.</summary>
    SlowProducer,

    /// <summary>This side is shutting down.</summary>
    ShuttingDown,

    /// <summary>This side has no room for the connection.</summary>
    Overloaded,

    /// <summary>The operating system failed the connection for a reason of its own.</summary>
    SystemError,

    /// <summary>The handshake of a secure session failed: bytes were changed on the way, a time or a nonce was
    /// refused.</summary>
    HandshakeFailed,

    /// <summary>The peer proved a key that is not trusted here, or proved none where one is needed.</summary>
    Untrusted,

    /// <summary>A secure session ended without a Disconnect: the peer died, or somebody cut the stream.</summary>
    Truncated,
}
