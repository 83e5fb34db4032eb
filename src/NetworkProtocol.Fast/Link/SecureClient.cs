using System;
using NetworkProtocol.Fast.Session;

namespace NetworkProtocol.Fast.Link;

/// <summary>Opens secure sessions as a client: with its identity, if it has one, and with its idea of whom to
/// trust.</summary>
internal sealed class SecureClient(SecureClientOptions options, string server) : SessionSecurity
{
    private readonly P256KeyPair? identity =
        options.Identity is { } key ? new P256KeyPair(key.Key) : null;

    internal SecureClientOptions Options => options;

    /// <summary>The server's name in a known-hosts file.</summary>
    internal string Server => server;

    internal override LinkHandshake Begin(PeerLink link)
    {
        long nowMs = link.Runtime.Wheel.Time.GetUtcNow().ToUnixTimeMilliseconds();
        return new ClientLinkHandshake(this, new ClientHandshakeOptions { UnixMs = Math.Max(nowMs, 0), Identity = identity });
    }
}
