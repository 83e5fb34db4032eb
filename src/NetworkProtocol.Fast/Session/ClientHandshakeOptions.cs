using System;

namespace NetworkProtocol.Fast.Session;

/// <summary>What a client brings to its handshake.</summary>
internal sealed class ClientHandshakeOptions
{
    /// <summary>Now, in milliseconds since 1970; the server refuses a time outside its window.</summary>
    internal required long UnixMs { get; init; }

    /// <summary>The key to prove, which stays the caller's; without one the client is anonymous.</summary>
    internal P256KeyPair? Identity { get; init; }

    /// <summary>A fresh key pair that is used nowhere else; the handshake takes it over. Without one it generates
    /// its own.</summary>
    internal P256KeyPair? Ephemeral { get; init; }

    /// <summary>Sixteen bytes that never repeat; random ones if empty, which is right for all but worked
    /// examples.</summary>
    internal ReadOnlyMemory<byte> Nonce { get; init; }
}
