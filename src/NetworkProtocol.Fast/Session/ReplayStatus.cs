namespace NetworkProtocol.Fast.Session;

/// <summary>What the replay guard says about the first message of a handshake.</summary>
internal enum ReplayStatus
{
    /// <summary>It is fresh, and remembered from now on.</summary>
    Accepted,

    /// <summary>Its time is before the window, or one that the guard has forgotten already.</summary>
    TooOld,

    /// <summary>Its time is after the window.</summary>
    TooFarAhead,

    /// <summary>Its nonce was seen before.</summary>
    Replayed,

    /// <summary>There is no room to remember it, so it must not be let through.</summary>
    Full,
}
