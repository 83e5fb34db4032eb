using System.Threading.Tasks;

namespace NetworkProtocol.Fast.Dispatch;

/// <summary>
/// Handles a packet on the thread pool; it may take its time and await. The payload stands in a leased block until the
/// returned task ends. A request that the handler does not answer gets an empty reply. An exception becomes
/// Error(HandlerFailed).
/// </summary>
/// <param name="request">The packet and the way to answer it; valid until the returned task ends.</param>
public delegate ValueTask AsyncPacketHandler(PacketRequest request);
