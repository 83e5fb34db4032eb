using System;
using NetworkProtocol.Fast.Session;

namespace NetworkProtocol.Fast.Link;

/// <summary>
/// Opens secure sessions as a server. What all its connections share: the key, the memory of handshakes seen, limits,
/// threads for the arithmetic, and ephemeral keys made ahead. Thread-safe.
/// </summary>
internal sealed class SecureServer : SessionSecurity, IDisposable
{
    // Enough for a burst of connections; 2 ms of one thread to make.
    private const int EphemeralsReady = 32;

    internal SecureServer(SecureServerOptions options, TimeProvider time)
    {
        Options = options;
        Time = time;
        Identity = new P256KeyPair(options.Identity.Key);
        Guard = new ReplayGuard(options.Replay, time);
        Limits = new HandshakeLimits(options.Limits);
        Workers = new HandshakeWorkers(options.Limits.UnderWayMax);
        Ephemerals = new EphemeralKeyPool(EphemeralsReady);
    }

    internal SecureServerOptions Options { get; }

    internal TimeProvider Time { get; }

    internal P256KeyPair Identity { get; }

    internal ReplayGuard Guard { get; }

    internal HandshakeLimits Limits { get; }

    internal HandshakeWorkers Workers { get; }

    internal EphemeralKeyPool Ephemerals { get; }

    internal override LinkHandshake Begin(PeerLink link) =>
        new ServerLinkHandshake(this, link.Connection.RemoteAddress);

    /// <summary>Releases keys; after the last link has ended.</summary>
    public void Dispose()
    {
        Ephemerals.Dispose();
        Identity.Dispose();
    }
}
