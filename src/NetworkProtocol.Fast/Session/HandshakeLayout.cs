using NetworkProtocol.Fast.Session.Noise;

namespace NetworkProtocol.Fast.Session;

/// <summary>
/// Sizes on the wire of the handshake of a secure session (docs/PROTOCOL.md, Secure session). Every message has one
/// length, so that a link refuses another before it buffers a byte of it.
/// <code>
///  client -> "NPS1" | negotiation | u16 89 | e 65 | time 8 | nonce 16
///  server -> u16 202 | e 65 | s 65 + tag 16 | time 8 + SHA-256 of the nonce 32 + tag 16
///  client -> u16 97 | s 65 + tag 16 | tag 16                      (only if the client authenticates)
/// </code>
/// The length of each message is big-endian, its time little-endian unix milliseconds.
/// </summary>
internal static class HandshakeLayout
{
    /// <summary>"NPS1" and the negotiation byte; also the prologue of the handshake.</summary>
    internal const int OpeningBytes = 5;

    /// <summary>Big-endian length in front of each message.</summary>
    internal const int LengthBytes = sizeof(ushort);

    internal const int TimeBytes = sizeof(ulong);

    /// <summary>Random bytes by which a server knows a replayed handshake.</summary>
    internal const int NonceBytes = 16;

    /// <summary>Payload of the first message.</summary>
    internal const int FirstPayloadBytes = TimeBytes + NonceBytes;

    /// <summary>Payload of the server's message.</summary>
    internal const int ResponsePayloadBytes = TimeBytes + NoiseHash.BytesCount;

    /// <summary>The client's first message without its length: 89.</summary>
    internal const int FirstBytes = P256.PointBytes + FirstPayloadBytes;

    /// <summary>The server's message without its length: 202.</summary>
    internal const int ResponseBytes =
        P256.PointBytes + P256.PointBytes + CipherState.TagBytes + ResponsePayloadBytes + CipherState.TagBytes;

    /// <summary>The authenticating client's last message without its length: 97.</summary>
    internal const int FinalBytes = P256.PointBytes + CipherState.TagBytes + CipherState.TagBytes;

    /// <summary>What <see cref="ClientHandshake.Start"/> writes: 96.</summary>
    internal const int StartOutputBytes = OpeningBytes + LengthBytes + FirstBytes;

    /// <summary>What <see cref="ServerHandshake.Respond"/> writes: 204.</summary>
    internal const int RespondOutputBytes = LengthBytes + ResponseBytes;

    /// <summary>What <see cref="ClientHandshake.Finish"/> writes: 99.</summary>
    internal const int FinishOutputBytes = LengthBytes + FinalBytes;
}
