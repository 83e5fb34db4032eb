using System;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Link;

/// <summary>Opens secure sessions as a client: with its identity, if it has one, and with its idea of whom to
/// trust.</summary>
internal sealed class SecureClient(SecureClientOptions options, string server) : SessionSecurity
{
    private readonly P256KeyPair? identity =
        options.Identity is { } key ? new P256KeyPair(key.Key) : null;

    internal SecureClientOptions Options => options;

    /// <summary>What a client of this endpoint opens its sessions with; null for plain ones.</summary>
    /// <exception cref="ArgumentException">The endpoint gets a secure session, and it is not said whom to
    /// trust.</exception>
    internal static SecureClient? For(Endpoint endpoint, SessionKind session, SecureClientOptions? options)
    {
        session.Require(endpoint, options is not null, nameof(options));
        return session.For(endpoint.Scheme) == SessionKind.Secure
            ? new SecureClient(options!, endpoint.ToString())
            : null;
    }

    /// <summary>The server's name in a known-hosts file.</summary>
    internal string Server => server;

    internal override LinkHandshake Begin(PeerLink link)
    {
        TimeProvider time = link.Runtime.Wheel.Time;
        long nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        return new ClientLinkHandshake(
            this, new ClientHandshakeOptions { UnixMs = Math.Max(nowMs, 0), Identity = identity }, time);
    }
}
