namespace NetworkProtocol.Fast.Link;

/// <summary>What a link does about its handshake next.</summary>
internal enum HandshakeStepKind
{
    /// <summary>Receive until so many bytes are there.</summary>
    NeedsBytes,

    /// <summary>Wait at the handshake, which is a gate, and then look again; the bytes stay where they are.</summary>
    Working,

    /// <summary>Drop so many bytes, send the output, go on.</summary>
    Stepped,

    /// <summary>The same, and the keys are there.</summary>
    Finished,

    /// <summary>The peer answered with a packet, which can only be an Error.</summary>
    AnsweredByPacket,

    /// <summary>Close, for this reason.</summary>
    Refused,
}
