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

    // The pool of ephemeral keys has one job at a time.
    private const int RefillJobs = 1;

    /// <param name="options">Key and limits.</param>
    /// <param name="time">The clock that clients' times are held against.</param>
    /// <param name="guard">The memory of handshakes of whoever proves the same key; null makes one.</param>
    internal SecureServer(SecureServerOptions options, TimeProvider time, ReplayGuard? guard = null)
    {
        Options = options;
        Time = time;
        Identity = new P256KeyPair(options.Identity.Key);
        Guard = guard ?? new ReplayGuard(options.Replay, time);
        Limits = new HandshakeLimits(options.Limits);
        Workers = new HandshakeWorkers(options.Limits.UnderWayMax + RefillJobs);
        Ephemerals = new EphemeralKeyPool(EphemeralsReady, Workers);
    }

    internal SecureServerOptions Options { get; }

    internal TimeProvider Time { get; }

    internal P256KeyPair Identity { get; }

    internal ReplayGuard Guard { get; }

    internal HandshakeLimits Limits { get; }

    internal HandshakeWorkers Workers { get; }

    internal EphemeralKeyPool Ephemerals { get; }

    /// <inheritdoc/>
    /// <remarks>A connection has its place from the moment it is accepted, so that those that say nothing are counted
    /// among the handshakes under way as well.</remarks>
    internal override LinkHandshake? Begin(PeerLink link)
    {
        AddressGroup? address = link.Connection.RemoteAddress is { } known ? AddressGroup.Of(known) : null;
        return Limits.TryEnter(address, out HandshakeTicket ticket)
            ? new ServerLinkHandshake(this, address, ticket)
            : null;
    }

    /// <summary>Releases keys; after the last link has ended.</summary>
    public void Dispose()
    {
        Ephemerals.Dispose();
        Identity.Dispose();
    }
}
