namespace NetworkProtocol.Fast.Session;

/// <summary>What handshake limits have let in and refused.</summary>
/// <param name="UnderWay">Handshakes that are under way now.</param>
/// <param name="Admitted">All that were let in.</param>
/// <param name="RefusedByTotal">Refused because too many were under way in total.</param>
/// <param name="RefusedByAddress">Refused because too many were under way from their address.</param>
public readonly record struct HandshakeCounters(
    int UnderWay, long Admitted, long RefusedByTotal, long RefusedByAddress);
