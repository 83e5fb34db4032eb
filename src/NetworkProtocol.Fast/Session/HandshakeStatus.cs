namespace NetworkProtocol.Fast.Session;

/// <summary>How a step of a secure session's handshake ended. All but <see cref="Done"/>, <see cref="WrongStep"/> and
/// <see cref="Ended"/> are the peer's fault, or someone's in between, and end the handshake for good.</summary>
internal enum HandshakeStatus
{
    /// <summary>The step is done.</summary>
    Done,

    /// <summary>The step is not the next one. Nothing has changed.</summary>
    WrongStep,

    /// <summary>An earlier failure, a dispose or the taking of the keys has ended the handshake.</summary>
    Ended,

    /// <summary>The negotiation byte has bits that this version does not know.</summary>
    UnknownNegotiation,

    /// <summary>A message has not the one length that its step allows.</summary>
    WrongLength,

    /// <summary>A public key is not a valid point of the curve.</summary>
    InvalidPublicKey,

    /// <summary>A tag does not match: bytes were changed on the way, or the two sides took part in different
    /// handshakes.</summary>
    AuthenticationFailed,

    /// <summary>The server's answer belongs to another client's nonce.</summary>
    ForeignResponse,
}
