using NetworkProtocol.Fast.Packets;

namespace NetworkProtocol.Fast.Link;

/// <summary>
/// Whoever owns a link and handles its packets: the server's dispatcher, an upstream, a client. Called on
/// the thread that owns the link's receive side, one call at a time, and must not block.
/// </summary>
internal interface ILinkSink
{
    /// <summary>The session is open and the peer has said Hello.</summary>
    void OnEstablished(PeerLink link);

    /// <summary>Handles one packet; the view is valid during the call only.</summary>
    /// <returns>Null when the packet is handled. Otherwise the gate to wait at: nothing was done, the link stops
    /// reading and the same packet is offered again when the gate is ready.</returns>
    Gate? OnPacket(PeerLink link, in PacketView packet, FlushBatch flush);

    /// <summary>The packets that were received together have been handled, or one of them waits.</summary>
    void OnBatchEnd()
    {
    }

    /// <summary>A packet could not be received for want of memory; its payload is dropped as it comes.</summary>
    void OnDropped(PeerLink link, in PacketHeader header, FlushBatch flush);

    /// <summary>The peer will send no new requests; replies still come.</summary>
    void OnDisconnect(PeerLink link, ErrorCode code);

    /// <summary>The link is over: nothing more comes from it, and nothing that was queued is sent.</summary>
    void OnClosed(PeerLink link, LinkClosed reason);
}
