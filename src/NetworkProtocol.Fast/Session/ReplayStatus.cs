namespace NetworkProtocol.Fast.Session;

/// <summary>What the replay guard says about the first message of a handshake.</summary>
internal enum ReplayStatus
{
    /// <summary>It is fresh, and remembered from now on.</summary>
    Accepted,

    /// <summary>Its time is before the window.</summary>
    TooOld,

    /// <summary>Its time is within the window, but what was seen then is forgotten: the clock was set back.</summary>
    ClockSetBack,

    /// <summary>Its time is after the window.</summary>
    TooFarAhead,

    /// <summary>Its nonce was seen before.</summary>
    Replayed,

    /// <summary>There is no room to remember it, so it must not be let through.</summary>
    Full,

    /// <summary>Its address holds as many places as are left for all others.</summary>
    ShareFull,
}
