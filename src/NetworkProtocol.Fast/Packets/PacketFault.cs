namespace NetworkProtocol.Fast.Packets;

/// <summary>
/// What is wrong with a peer's bytes: the code and text of the Error packet that answers them. Texts are constants.
/// </summary>
internal readonly record struct PacketFault(ErrorCode Code, string Text)
{
    /// <summary>No fault.</summary>
    public bool IsNone => Code == ErrorCode.None;

    internal static PacketFault Malformed(string text) => new(ErrorCode.Malformed, text);

    internal static PacketFault TooLarge(string text) => new(ErrorCode.TooLarge, text);

    internal static PacketFault DecompressionFailed(string text) => new(ErrorCode.DecompressionFailed, text);
}
