namespace NetworkProtocol.Fast.Link;

/// <summary>How a link ended.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Detail">What exactly, for people; may be empty.</param>
public readonly record struct LinkClosed(CloseReason Reason, string Detail)
{
    /// <summary>Whether the peer caused the end (rather than this side or the operating system).</summary>
    public bool ByPeer => Reason is CloseReason.PeerClosed or CloseReason.ConnectionLost or CloseReason.PeerDead
        or CloseReason.HandshakeTimeout or CloseReason.ProtocolError or CloseReason.RemoteError
        or CloseReason.SlowConsumer or CloseReason.SlowProducer or CloseReason.HandshakeFailed or CloseReason.Untrusted
        or CloseReason.Truncated;

    /// <summary>Whether connecting again may help.</summary>
    public bool IsRetryable =>
        Reason is not (CloseReason.ProtocolError or CloseReason.Requested or CloseReason.Untrusted);

    /// <inheritdoc/>
    public override string ToString() => Detail.Length == 0 ? Reason.ToString() : $"{Reason}: {Detail}";
}
