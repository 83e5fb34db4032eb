namespace NetworkProtocol.Fast.Tests.Server;

/// <summary>One handshake message or record on its way through a <see cref="FrameProxy"/>.</summary>
/// <param name="ToServer">Which way it goes.</param>
/// <param name="Index">0 for the first of its direction.</param>
/// <param name="Bytes">With its length; the client's first message with the opening in front.</param>
internal sealed record Frame(bool ToServer, int Index, byte[] Bytes)
{
    /// <summary>The same with one byte changed.</summary>
    internal byte[] Flipped(int at, byte change)
    {
        byte[] bytes = [.. Bytes];
        bytes[at] ^= change;
        return bytes;
    }
}
