using System;

namespace NetworkProtocol.Fast.Packets;

/// <summary>
/// What holds on a connection after both Hellos. "Send" limits are the peer's wish, "Receive" limits are ours.
/// </summary>
internal readonly record struct NegotiatedSettings
{
    private NegotiatedSettings(in LinkSettings own, in LinkSettings peer)
    {
        Codecs = own.Codecs & peer.Codecs & CodecSet.All;
        SendPayloadBytesMax = Math.Min(peer.PayloadBytesMax, PacketLimits.PayloadBytesMax);
        ReceivePayloadBytesMax = Math.Min(own.PayloadBytesMax, PacketLimits.PayloadBytesMax);
        SendRequestsInFlightMax = Math.Min(peer.RequestsInFlightMax, PacketLimits.RequestsInFlightMax);
        ReceiveRequestsInFlightMax = Math.Min(own.RequestsInFlightMax, PacketLimits.RequestsInFlightMax);
        HeartbeatIntervalMs = SmallerInterval(own.HeartbeatIntervalMs, peer.HeartbeatIntervalMs);
        PeerSoftware = peer.Software;
    }

    /// <summary>The codecs both sides announced; no other may be on this connection, in either direction.</summary>
    public CodecSet Codecs { get; }

    /// <summary>The longest payload to send, before and after compression.</summary>
    public uint SendPayloadBytesMax { get; }

    /// <summary>The longest payload to accept, before and after inflating.</summary>
    public uint ReceivePayloadBytesMax { get; }

    /// <summary>Own requests that may be unanswered at the peer.</summary>
    public uint SendRequestsInFlightMax { get; }

    /// <summary>The peer's requests that may be unanswered here.</summary>
    public uint ReceiveRequestsInFlightMax { get; }

    /// <summary>The interval both sides keep, 100 ms to 1 h; 0 when neither wants heartbeats.</summary>
    public uint HeartbeatIntervalMs { get; }

    /// <summary>The peer's software, cleaned of control characters.</summary>
    public string PeerSoftware { get; }

    /// <summary>
    /// Brings both Hellos together. Symmetric: the peer comes to the same with send and receive swapped.
    /// </summary>
    public static NegotiatedSettings From(in LinkSettings own, in LinkSettings peer) => new(own, peer);

    /// <summary>Whether a packet with this codec may be sent or accepted here.</summary>
    public bool Allows(PayloadCodec codec) => ((CodecSet)codec & ~Codecs) == 0;

    private static uint SmallerInterval(uint ownMs, uint peerMs)
    {
        uint smaller = ownMs == 0 || peerMs == 0 ? Math.Max(ownMs, peerMs) : Math.Min(ownMs, peerMs);
        return smaller == 0
            ? 0
            : Math.Clamp(smaller, PacketLimits.HeartbeatIntervalMsMin, PacketLimits.HeartbeatIntervalMsMax);
    }
}
