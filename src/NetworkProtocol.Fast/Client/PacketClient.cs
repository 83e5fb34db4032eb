using System;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Client;

/// <summary>
/// A connection to a server or relay: requests with correlated replies, many in flight; one-way packets;
/// messages from the server. Thread-safe. With <see cref="ClientOptions.AutoReconnect"/> a connection that is lost is
/// made again: what was under way fails, because nobody knows whether it was handled, and what is asked for meanwhile
/// waits for the next connection within its own time. Without it every operation says that the connection has ended.
/// </summary>
public sealed partial class PacketClient : IAsyncDisposable
{
    private readonly ClientOptions options;
    private readonly LinkRuntime runtime;
    private readonly Channel<PacketMessage> messages;
    private readonly Func<CancellationToken, Task<ClientConnection>> connect;
    private readonly ILogger logger;
    private readonly CancellationTokenSource stopping = new();
    private readonly TaskCompletionSource<LinkClosed> closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Leg leg;
    private long reconnects;

    private PacketClient(ClientOptions options, LinkRuntime runtime, Channel<PacketMessage> messages,
        Func<CancellationToken, Task<ClientConnection>> connect, ClientConnection first)
    {
        this.options = options;
        this.runtime = runtime;
        this.messages = messages;
        this.connect = connect;
        logger = runtime.Loggers.CreateLogger("NetworkProtocol.Fast.Client");
        leg = new Leg(first);
        if (options.AutoReconnect)
        {
            _ = KeepAsync();
        }
    }

    /// <summary>Where the client is connected to.</summary>
    public Endpoint Remote => Now.Remote;

    /// <summary>Software name that the server announced.</summary>
    public string ServerSoftware => Now.ServerSoftware;

    /// <summary>The key that the server has proved; null on a plain session.</summary>
    public PeerIdentity? ServerIdentity => Now.ServerIdentity;

    /// <summary>32 bytes that both ends of a secure session have and no other session has (Noise revision 34, section
    /// 11.2), to tie an authentication of the application to it; empty on a plain session. Another connection has
    /// others.</summary>
    public ReadOnlyMemory<byte> ChannelBinding => Now.ChannelBinding;

    /// <summary>Largest payload that the server accepts, in bytes.</summary>
    public int PayloadBytesMax => Now.PayloadBytesMax;

    /// <summary>Whether there is a connection that takes requests.</summary>
    public bool IsConnected => Now.IsTaking;

    /// <summary>How often a lost connection was made again.</summary>
    public long Reconnects => Volatile.Read(ref reconnects);

    /// <summary>Completes when the client has ended, with the reason: the connection has, and it is not made again.
    /// Never fails.</summary>
    public Task<LinkClosed> Closed => options.AutoReconnect ? closed.Task : Now.Closed;

    /// <summary>Requests that have no reply yet.</summary>
    public int RequestsInFlight => Now.RequestsInFlight;

    private ClientConnection Now => Volatile.Read(ref leg).Connection;

    /// <summary>Connects and opens the session. The first connection is not tried twice.</summary>
    /// <param name="endpoint">Where to.</param>
    /// <param name="runtime">Memory limit, timers and logging; may be shared.</param>
    /// <param name="options">Times and limits; null for the defaults.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">An option is out of range, or the session is to be secure (as on tcp) and
    /// <see cref="ClientOptions.Secure"/> does not say whom to trust.</exception>
    /// <exception cref="KeyFileException">A file of <see cref="ClientOptions.Tls"/> cannot be used.</exception>
    /// <exception cref="TransportException">The endpoint cannot be reached.</exception>
    /// <exception cref="PacketConnectionException">The server did not open the session.</exception>
    /// <exception cref="TimeoutException">It took longer than <see cref="ClientOptions.ConnectTimeout"/>.</exception>
    public static async Task<PacketClient> ConnectAsync(
        Endpoint endpoint,
        LinkRuntime runtime,
        ClientOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentNullException.ThrowIfNull(runtime);
        options = (options ?? new ClientOptions()).Validate();
        SecureClient? security = SecureClient.For(endpoint, options.Session, options.Secure);
        TransportOptions transport = TransportOptions.Default with
        {
            ConnectTimeout = options.ConnectTimeout,
            Tls = TlsConnector.For(endpoint, options.Tls, fault => ClientLog.CertificatesUnusable(
                runtime.Loggers.CreateLogger("NetworkProtocol.Fast.Client"), endpoint, fault)),
        };
        return await OpenAsync(
            token => TransportConnector.ConnectAsync(endpoint, transport, token).AsTask(), runtime, options, security,
            cancellationToken).ConfigureAwait(false);
    }

    internal static async Task<PacketClient> OpenAsync(
        Func<CancellationToken, Task<TransportConnection>> dial, LinkRuntime runtime, ClientOptions options,
        SecureClient? security, CancellationToken cancellationToken)
    {
        Channel<PacketMessage> messages = Channel.CreateUnbounded<PacketMessage>();
        return new PacketClient(
            options, runtime, messages, ConnectAsync, await ConnectAsync(cancellationToken).ConfigureAwait(false));

        async Task<ClientConnection> ConnectAsync(CancellationToken token)
        {
            TransportConnection connection = await dial(token).ConfigureAwait(false);
            return await ClientConnection.OpenAsync(connection, runtime, options, security, messages, token)
                .ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Closes gracefully: tells the server, waits for replies under way, closes. What is not done at the
    /// deadline is cut.
    /// </summary>
    public async Task CloseAsync(TimeSpan deadline)
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await Now.CloseAsync(deadline).ConfigureAwait(false);
        await Closed.ConfigureAwait(false);
    }

    /// <summary>Closes at once unless it is closed; requests in flight fail.</summary>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await Now.EndAsync().ConfigureAwait(false);
        await Closed.ConfigureAwait(false);
        while (messages.Reader.TryRead(out PacketMessage? message))
        {
            message.Dispose();
        }
    }
}
