namespace NetworkProtocol.Fast.Transport;

/// <summary>What a socket error asks of whoever meets it.</summary>
public enum SocketErrorTier
{
    /// <summary>No error.</summary>
    None,

    /// <summary>The peer or the way to it is gone: close, and connect again if that is your task.</summary>
    PeerGone,

    /// <summary>The system is short of descriptors or memory: back off and try again.</summary>
    Pressure,

    /// <summary>This side closed the socket or cancelled the operation.</summary>
    Aborted,

    /// <summary>Neither waiting nor another attempt helps: a bug, or a setting that has to be changed.</summary>
    Fatal,
}
