namespace NetworkProtocol.Fast.Dispatch;

/// <summary>
/// Handles a packet on the I/O thread, without a copy. It must be quick and must not block: other links of
/// the thread wait for it. A request that the handler does not answer gets an empty reply. An exception becomes
/// Error(HandlerFailed).
/// </summary>
/// <param name="context">The packet and the way to answer it; valid during the call only.</param>
public delegate void PacketHandler(ref PacketContext context);
