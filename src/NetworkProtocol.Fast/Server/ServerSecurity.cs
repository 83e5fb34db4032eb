using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.Extensions.Logging;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Server;

/// <summary>
/// What a server's listeners secure their sessions with. Listeners with the same options share all of it; those with
/// the same key share at least the memory of handshakes, so that none can be replayed to a neighbour.
/// </summary>
internal sealed class ServerSecurity : IDisposable
{
    private readonly List<SecureServer> servers = [];
    private readonly List<TlsAcceptor> tlsServers = [];
    private readonly List<ReplayGuard> guards = [];
    private readonly List<AuthorizedKeysWatch> keysWatches = [];
    private readonly List<CertificateWatch> certificateWatches = [];
    private readonly HandshakeWatch? handshakeWatch;

    internal ServerSecurity(ServerOptions options, LinkList links, LinkRuntime runtime, ILogger logger)
    {
        var watched = new HashSet<AuthorizedKeys>();
        foreach (ServerListener listener in options.Listeners)
        {
            if (listener.Tls is { } tls && TlsFor(listener) is null)
            {
                var acceptor = new TlsAcceptor(tls);
                tlsServers.Add(acceptor);
                certificateWatches.Add(new CertificateWatch(acceptor, runtime.Wheel, logger));
            }

            if (!listener.IsSecure || listener.Secure is not { } secure || For(listener) is not null)
            {
                continue;
            }

            SecureServer? known = servers.Find(s => s.Options.Identity.Fingerprint == secure.Identity.Fingerprint);
            var server = new SecureServer(secure, runtime.Wheel.Time, known?.Guard);
            servers.Add(server);
            if (known is null)
            {
                guards.Add(server.Guard);
            }

            if (secure.AuthorizedKeys is { } keys && watched.Add(keys))
            {
                keysWatches.Add(new AuthorizedKeysWatch(keys, links, runtime.Wheel, logger));
            }
        }

        handshakeWatch = servers.Count + tlsServers.Count > 0 ? new HandshakeWatch(this, runtime.Wheel, logger) : null;
    }

    /// <summary>Handshakes of all listeners together.</summary>
    internal HandshakeCounters Handshakes
    {
        get
        {
            HandshakeCounters sum = default;
            foreach (HandshakeLimits limits in AllLimits)
            {
                HandshakeCounters one = limits.Counters;
                sum = new HandshakeCounters(sum.UnderWay + one.UnderWay, sum.Admitted + one.Admitted,
                    sum.RefusedByTotal + one.RefusedByTotal, sum.RefusedByAddress + one.RefusedByAddress);
            }

            return sum;
        }
    }

    /// <summary>What the guards of all keys have decided together.</summary>
    internal ReplayCounters Replays
    {
        get
        {
            ReplayCounters sum = default;
            foreach (ReplayGuard guard in guards)
            {
                ReplayCounters one = guard.Counters;
                sum = new ReplayCounters(sum.Accepted + one.Accepted, sum.TooOld + one.TooOld,
                    sum.Forgotten + one.Forgotten, sum.TooFarAhead + one.TooFarAhead, sum.Replayed + one.Replayed,
                    sum.Full + one.Full, sum.ShareFull + one.ShareFull);
            }

            return sum;
        }
    }

    /// <summary>Handshakes that are remembered now.</summary>
    internal int Remembered
    {
        get
        {
            int held = 0;
            foreach (ReplayGuard guard in guards)
            {
                held += guard.Held;
            }

            return held;
        }
    }

    /// <summary>What opens the sessions of a listener; null for plain ones.</summary>
    internal SecureServer? For(ServerListener listener) =>
        listener.IsSecure ? servers.Find(s => s.Options == listener.Secure) : null;

    /// <summary>What secures the connections of a listener; null where it does not speak TLS.</summary>
    internal TlsAcceptor? TlsFor(ServerListener listener) =>
        listener.Tls is null ? null : tlsServers.Find(s => s.Options == listener.Tls);

    private IEnumerable<HandshakeLimits> AllLimits =>
        [.. servers.Select(static s => s.Limits), .. tlsServers.Select(static s => s.Limits)];

    internal void Start()
    {
        handshakeWatch?.Start();
        foreach (AuthorizedKeysWatch watch in keysWatches)
        {
            watch.Start();
        }

        foreach (CertificateWatch watch in certificateWatches)
        {
            watch.Start();
        }
    }

    /// <summary>Reads the files of TLS listeners again, changed or not.</summary>
    internal void Reload()
    {
        foreach (CertificateWatch watch in certificateWatches)
        {
            watch.Reload();
        }
    }

    /// <summary>Reads the same files, but leaves it to the caller when they take effect.</summary>
    /// <returns>Puts all of them into force; cannot fail.</returns>
    /// <exception cref="KeyFileException">A file cannot be used; everything stays as it was.</exception>
    internal Action Prepare()
    {
        Action[] prepared = [.. certificateWatches.Select(static watch => watch.Prepare())];
        return () => Array.ForEach(prepared, static apply => apply());
    }

    /// <summary>Ends the watches, which may tell of what is not told yet.</summary>
    internal void Stop()
    {
        handshakeWatch?.Stop();
        foreach (AuthorizedKeysWatch watch in keysWatches)
        {
            watch.Stop();
        }

        foreach (CertificateWatch watch in certificateWatches)
        {
            watch.Stop();
        }
    }

    /// <summary>Releases keys; after the last link has ended.</summary>
    public void Dispose()
    {
        foreach (SecureServer server in servers)
        {
            server.Dispose();
        }
    }
}
