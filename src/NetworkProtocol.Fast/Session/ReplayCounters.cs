namespace NetworkProtocol.Fast.Session;

/// <summary>What a replay guard has decided since it was made.</summary>
/// <param name="Accepted">Fresh ones.</param>
/// <param name="TooOld">Times before the window.</param>
/// <param name="Forgotten">Times inside the window that were refused because the clock was set back: what was seen
/// then is not known any more.</param>
/// <param name="TooFarAhead">Times after the window.</param>
/// <param name="Replayed">Nonces seen before.</param>
/// <param name="Full">Refused for want of room.</param>
/// <param name="ShareFull">Refused because their address held as many as were free.</param>
public readonly record struct ReplayCounters(
    long Accepted, long TooOld, long Forgotten, long TooFarAhead, long Replayed, long Full, long ShareFull);
