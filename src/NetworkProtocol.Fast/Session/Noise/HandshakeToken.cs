namespace NetworkProtocol.Fast.Session.Noise;

/// <summary>What a message of a handshake pattern is made of (Noise 7.1 and 9.3).</summary>
internal enum HandshakeToken
{
    /// <summary>The sender's ephemeral public key.</summary>
    E,

    /// <summary>The sender's static public key, encrypted once there is a key.</summary>
    S,

    /// <summary>Agreement of both ephemerals.</summary>
    EE,

    /// <summary>Agreement of the initiator's ephemeral with the responder's static key.</summary>
    ES,

    /// <summary>Agreement of the initiator's static key with the responder's ephemeral.</summary>
    SE,

    /// <summary>Agreement of both static keys.</summary>
    SS,

    /// <summary>The next pre-shared key.</summary>
    Psk,
}
