using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.Extensions.Logging;
using NetworkProtocol.Fast.Certificates;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Configuration;

/// <summary>The records that servers and clients take.</summary>
public sealed partial class NetworkConfiguration
{
    /// <summary>The endpoint of [client].</summary>
    public Endpoint ClientAddress => Get(ClientKeys.Address);

    /// <summary>Most memory for buffers, in bytes, for a <c>LinkRuntime</c>.</summary>
    public long MemoryLimitBytes => Get(LimitKeys.Memory).Bytes;

    /// <summary>How long a stopping server waits for requests under way.</summary>
    public TimeSpan ShutdownTimeout => Get(ServerKeys.ShutdownTimeout).Span;

    /// <summary>[server], [[listener]], [limits] and [transport] as a server takes them.</summary>
    /// <param name="secure">The server's own key and the clients it knows, where a session is secure; limits and whom
    /// to ask for keys come from here.</param>
    public ServerOptions ToServerOptions(SecureServerOptions? secure = null) => new()
    {
        Listeners = ToListeners(secure),
        ConnectionsMax = Get(ServerKeys.MaxConnections),
        Backlog = Get(ServerKeys.Backlog),
        Link = ToLinkOptions(new LinkOptions
        {
            HandshakeTimeout = Get(ServerKeys.ConnectionTimeout).Span,
            MemoryWaitTimeout = Get(LimitKeys.MemoryWaitTimeout).Span,
            SendQueueHighBytes = Get(ServerKeys.BackpressureLimit).Bytes,
            SendQueueLimitBytes = Get(LimitKeys.QueueLimit).Bytes,
        }),
    };

    /// <summary>[client] and [transport] as a client takes them.</summary>
    /// <param name="secure">The client's own key and whom it trusts; null for a plain session, or to trust what
    /// <c>pins</c> or the known-hosts file say.</param>
    public ClientOptions ToClientOptions(SecureClientOptions? secure = null)
    {
        List<KeyFingerprint> pins = GetAll(ClientKeys.Pins);
        bool isSecure = Get(ClientKeys.Session).For(ClientAddress.Scheme) == SessionKind.Secure;
        return new ClientOptions
        {
            ConnectTimeout = Get(ClientKeys.ConnectionTimeout).Span,
            RequestTimeout = Get(ClientKeys.ResponseTimeout).Span,
            OperationTimeout = Get(ClientKeys.OperationTimeout).Span,
            AutoReconnect = Get(ClientKeys.AutoReconnect),
            ReconnectAttemptsMax = Get(ClientKeys.MaxReconnectAttempts),
            ReconnectDelayMin = Get(ClientKeys.ReconnectDelay).Span,
            ReconnectDelayMax = Get(ClientKeys.ReconnectDelayMax).Span,
            Session = Get(ClientKeys.Session),
            Secure = secure ?? (!isSecure ? null : new SecureClientOptions
            {
                Trust = pins.Count > 0 ? ServerTrust.Pinned([.. pins]) : ServerTrust.Known(KnownHosts()),
            }),
            Tls = ClientAddress.Scheme != EndpointScheme.Tls ? null
                : TlsClientOptions.Trusting(Get(ClientKeys.Roots), pins) with
                {
                    ServerName = Get(ClientKeys.ServerName),
                    Certificate = Get(ClientKeys.Certificate) is { } certificate
                        ? new CertificateFiles(certificate, Get(ClientKeys.PrivateKey), Get(ClientKeys.PasswordFile))
                        : null,
                },
            Link = new LinkOptions
            {
                HeartbeatInterval = Get(ClientKeys.HeartbeatInterval).Span,
                PayloadBytesMax = (int)Get(TransportKeys.MaxPayloadSize).Bytes,
                Compression = ToCompression(),
            },
        };
    }

    /// <summary>[logging] as a relay takes it.</summary>
    public LoggingOptions ToLoggingOptions()
    {
        var categories = new Dictionary<string, LogLevel>(StringComparer.OrdinalIgnoreCase);
        foreach (CategoryLevel category in GetAll(LoggingKeys.Categories))
        {
            categories[category.Category] = category.Level;
        }

        return new LoggingOptions
        {
            AppName = Get(LoggingKeys.AppName)!,
            Level = Get(LoggingKeys.Level),
            Categories = categories,
            Format = Get(LoggingKeys.Format),
            File = Get(LoggingKeys.File),
            FileBytesMax = Get(LoggingKeys.FileSize).Bytes,
            FilesMax = Get(LoggingKeys.Files),
        };
    }

    /// <summary>[admin] as a relay takes it; null when there is to be no admin listener.</summary>
    public AdminOptions? ToAdminOptions() => Get(AdminKeys.Address) is not { } endpoint ? null : new AdminOptions
    {
        Endpoint = endpoint,
        AllowRemote = Get(AdminKeys.Access) == AdminAccess.Remote,
        TokenFile = Get(AdminKeys.TokenFile),
    };

    /// <summary>Limits that clients and upstreams of a relay share, put into those of one kind of link.</summary>
    internal LinkOptions ToLinkOptions(LinkOptions link) => link with
    {
        PayloadBytesMax = (int)Get(TransportKeys.MaxPayloadSize).Bytes,
        HeartbeatInterval = Get(ServerKeys.HeartbeatInterval).Span,
        SlowPeerTimeout = Get(LimitKeys.SlowClientTimeout).Span,
        RequestsInFlightMax = Get(LimitKeys.RequestsInFlight),
        Compression = ToCompression(),
    };

    /// <summary>server.address, unless only [[listener]] says where, and each [[listener]].</summary>
    internal List<ConfiguredListener> Listeners()
    {
        IReadOnlyList<ConfigurationItem> own = Items(ListenerKeys.Section);
        List<Endpoint> addresses = GetAll(ServerKeys.Address);
        if (addresses.Count == 0 && own.Count == 0)
        {
            addresses.Add(Endpoint.Tcp("127.0.0.1", 9000));
        }

        return
        [
            .. addresses.Select(a => new ConfiguredListener(this, a, null)),
            .. own.Where(static i => i.Has(ListenerKeys.Address))
                .Select(i => new ConfiguredListener(this, i.Get(ListenerKeys.Address), i)),
        ];
    }

    /// <summary>The listeners as a server takes them.</summary>
    /// <param name="secure">The server's own key and the clients it knows; null when no session is secure, or they are
    /// not opened yet.</param>
    internal List<ServerListener> ToListeners(SecureServerOptions? secure)
    {
        var limits = new HandshakeLimitOptions
        {
            UnderWayMax = Get(LimitKeys.Handshakes),
            PerAddressMax = Get(LimitKeys.HandshakesPerAddress),
        };
        var replay = new ReplayOptions
        {
            Past = Get(LimitKeys.ClockBehind).Span,
            Ahead = Get(LimitKeys.ClockAhead).Span,
            Capacity = Get(LimitKeys.RememberedHandshakes),
        };

        // Listeners with the same record share their limits, so those that say the same get the same.
        var shared = new Dictionary<ClientAuthentication, SecureServerOptions>();
        TlsServerOptions? general = null;
        var listeners = new List<ServerListener>();
        foreach (ConfiguredListener listener in Listeners())
        {
            SecureServerOptions? secured = null;
            if (secure is not null && listener.IsSecure && !shared.TryGetValue(listener.ClientAuth, out secured))
            {
                secured = secure with
                {
                    ClientAuthentication = listener.ClientAuth,
                    Limits = limits,
                    Replay = replay,
                };
                shared.Add(listener.ClientAuth, secured);
            }

            bool isGeneral = listener.IsTls && listener.Own?.Section.Keys.Any(
                k => k.Inherits is not null && listener.Own.Has(k)) is not true;
            TlsServerOptions? tls = isGeneral ? general ??= listener.Tls(limits) : listener.Tls(limits);
            listeners.Add(new ServerListener(listener.Address)
            {
                Session = listener.Session,
                Secure = secured,
                Tls = tls,
                Local = listener.Local(),
            });
        }

        return listeners;
    }

    private CompressionOptions ToCompression()
    {
        int? level = IsGiven(TransportKeys.CompressionLevel) ? Get(TransportKeys.CompressionLevel) : null;
        return !CompressionOptions.TryCreate(
            Get(TransportKeys.Compression)!, level, out CompressionOptions? made, out _)
            ? CompressionOptions.None
            : made.Codec == PayloadCodec.None
                ? made
                : made with { ThresholdBytes = (int)Get(TransportKeys.CompressionThreshold).Bytes };
    }

    private KnownHosts KnownHosts() => Get(IdentityKeys.KnownHosts) is { } path
        ? new KnownHosts(path)
        : Session.KnownHosts.In(Get(IdentityKeys.State));
}
