namespace NetworkProtocol.Fast.Link;

/// <summary>What a link does about its handshake next, and with how many bytes or why.</summary>
internal readonly record struct HandshakeStep(HandshakeStepKind Kind, int Bytes, CloseReason Reason, string Text)
{
    internal static HandshakeStep Working { get; } = new(HandshakeStepKind.Working, 0, default, string.Empty);

    internal static HandshakeStep AnsweredByPacket { get; } =
        new(HandshakeStepKind.AnsweredByPacket, 0, default, string.Empty);

    internal static HandshakeStep Needs(int bytes) => new(HandshakeStepKind.NeedsBytes, bytes, default, string.Empty);

    internal static HandshakeStep Stepped(int bytes) => new(HandshakeStepKind.Stepped, bytes, default, string.Empty);

    internal static HandshakeStep Finished(int bytes) => new(HandshakeStepKind.Finished, bytes, default, string.Empty);

    internal static HandshakeStep Refused(CloseReason reason, string text) =>
        new(HandshakeStepKind.Refused, 0, reason, text);
}
