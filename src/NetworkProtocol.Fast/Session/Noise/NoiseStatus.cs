namespace NetworkProtocol.Fast.Session.Noise;

/// <summary>How a step of the Noise framework ended. All but <see cref="Done"/>, <see cref="WrongStep"/> and
/// <see cref="Ended"/> end the state machine for good.</summary>
internal enum NoiseStatus
{
    /// <summary>The step is done.</summary>
    Done,

    /// <summary>The step is not the next one: the other side's turn, or the handshake is finished, or it is not
    /// yet. Nothing has changed.</summary>
    WrongStep,

    /// <summary>An earlier failure or a dispose has ended the state; its keys are gone.</summary>
    Ended,

    /// <summary>A message would have more than 65,535 bytes, or has.</summary>
    MessageTooLong,

    /// <summary>A message ends before all that its pattern puts into it.</summary>
    MessageTooShort,

    /// <summary>A public key is no point of the curve, or agreeing with it gives nothing secret.</summary>
    InvalidPublicKey,

    /// <summary>A tag does not match: other keys, another transcript, or changed bytes.</summary>
    AuthenticationFailed,

    /// <summary>The nonce 2^64 - 1 is reserved, so the key can encrypt no more.</summary>
    NonceExhausted,
}
