using NetworkProtocol.Fast.Session.Noise;

namespace NetworkProtocol.Fast.Session;

/// <summary>
/// The records of a secure session on the wire (docs/PROTOCOL.md, Secure session):
/// <code>
///  0                2                         2 + n           18 + n
///  | u16 BE 16 + n  | n bytes of ciphertext   | tag           |
/// </code>
/// What the length counts is the body. A body is a Noise transport message with empty associated data.
/// </summary>
internal static class RecordLayout
{
    /// <summary>Big-endian length in front of the body.</summary>
    internal const int LengthBytes = sizeof(ushort);

    internal const int TagBytes = CipherState.TagBytes;

    /// <summary>What sealing adds.</summary>
    internal const int OverheadBytes = LengthBytes + TagBytes;

    /// <summary>Smallest body: a record carries at least one byte, so that no peer keeps another busy with
    /// nothing.</summary>
    internal const int BodyBytesMin = TagBytes + 1;

    /// <summary>Largest body, the largest Noise message.</summary>
    internal const int BodyBytesMax = HandshakeState.MessageBytesMax;

    /// <summary>Most bytes in a record: 65,519.</summary>
    internal const int PlaintextBytesMax = BodyBytesMax - TagBytes;

    /// <summary>
    /// After so many records of a direction both ends derive its next key. With the largest records that is 64 GiB
    /// under one key, far below what AES-GCM bears with counted nonces, and a stolen key opens nothing from before it.
    /// A constant of the protocol.
    /// </summary>
    internal const long RecordsPerKey = 1 << 20;
}
