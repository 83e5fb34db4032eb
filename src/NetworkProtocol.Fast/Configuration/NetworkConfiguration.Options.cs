using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.Extensions.Logging;
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
    /// <param name="secure">Key and trust of secure sessions; null when there are none.</param>
    public ServerOptions ToServerOptions(SecureServerOptions? secure = null) => new()
    {
        Listeners = [.. Listeners().Select(l => l with { Secure = l.IsSecure ? secure : null })],
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
            Session = Get(ClientKeys.Session),
            Secure = secure ?? (!isSecure ? null : new SecureClientOptions
            {
                Trust = pins.Count > 0 ? ServerTrust.Pinned([.. pins]) : ServerTrust.Known(KnownHosts()),
            }),
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
        AllowRemote = Get(AdminKeys.AllowRemote),
        TokenFile = Get(AdminKeys.TokenFile),
    };

    /// <summary>Limits of handshakes and memory against replays, put into what a server is given.</summary>
    /// <param name="secure">Key and trust.</param>
    public SecureServerOptions WithLimits(SecureServerOptions secure) => secure with
    {
        ClientAuthentication = Get(IdentityKeys.ClientAuth),
        Limits = new HandshakeLimitOptions
        {
            UnderWayMax = Get(LimitKeys.Handshakes),
            PerAddressMax = Get(LimitKeys.HandshakesPerAddress),
        },
        Replay = new ReplayOptions
        {
            Past = Get(LimitKeys.ClockBehind).Span,
            Ahead = Get(LimitKeys.ClockAhead).Span,
            Capacity = Get(LimitKeys.RememberedHandshakes),
        },
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
    internal List<ServerListener> Listeners()
    {
        var listeners = new List<ServerListener>();
        IReadOnlyList<ConfigurationItem> own = Items(ListenerKeys.Section);
        List<Endpoint> addresses = GetAll(ServerKeys.Address);
        if (addresses.Count == 0 && own.Count == 0)
        {
            addresses.Add(Endpoint.Tcp("127.0.0.1", 9000));
        }

        foreach (Endpoint address in addresses)
        {
            listeners.Add(new ServerListener(address) { Session = Get(ServerKeys.Session) });
        }

        foreach (ConfigurationItem item in own)
        {
            if (item.Has(ListenerKeys.Address))
            {
                listeners.Add(new ServerListener(item.Get(ListenerKeys.Address))
                {
                    Session = Get(item, ListenerKeys.Session),
                });
            }
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
