using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Memory;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Server;

/// <summary>
/// Accepts connections, opens their sessions and hands their packets to handlers. Thread-safe.
/// </summary>
public sealed partial class PacketServer : IAsyncDisposable
{
    private const int ReceiveBlockBytes = 64 << 10;

    // Replaced as a whole by Apply; whoever reads it twice takes it once.
    private volatile ServerOptions options;
    private readonly LinkRuntime runtime;
    private readonly ILogger logger;
    private readonly List<TransportListener> listeners = [];
    private readonly LinkList links = new();
    private readonly ServerSink sink;
    private readonly ServerSecurity security;
    private readonly ListenerAcceptor[] acceptors;
    private readonly LogPace refusals = new();
    private readonly LogPace strangers = new();
    private readonly TaskCompletionSource allClosed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TransportOptions transport = TransportOptions.Default;
    private int state;
    private long accepted;
    private long refused;

    private const int StateNew = 0;
    private const int StateRunning = 1;
    private const int StateDraining = 2;

    /// <summary>Makes a server; <see cref="Start"/> opens it.</summary>
    /// <param name="options">Endpoints and limits.</param>
    /// <param name="handlers">What to do with packets; ECHO and PING are built in.</param>
    /// <param name="runtime">Memory limit, timers and logging; may be shared with other servers and clients.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="KeyFileException">A certificate of a TLS listener cannot be used.</exception>
    public PacketServer(ServerOptions options, HandlerTable handlers, LinkRuntime runtime)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(handlers);
        ArgumentNullException.ThrowIfNull(runtime);
        this.options = options.Validate();
        this.runtime = runtime;
        logger = runtime.Loggers.CreateLogger("NetworkProtocol.Fast.Server");
        Faults = new FaultLog(logger, runtime.Wheel);
        Access = new AccessLog(runtime.Loggers.CreateLogger("NetworkProtocol.Fast.Access"), runtime.Wheel);
        sink = new ServerSink(this, handlers.Freeze(logger, runtime.Metrics.Routes));
        security = new ServerSecurity(options, links, runtime, logger);
        acceptors =
        [
            .. options.Listeners.Select(l => new ListenerAcceptor(this, l, security.For(l), security.TlsFor(l))),
        ];
    }

    /// <summary>Where the server listens, with the ports that the system chose for port 0. Empty before the
    /// start.</summary>
    public IReadOnlyList<Endpoint> Endpoints
    {
        get
        {
            lock (listeners)
            {
                return listeners.ConvertAll(static l => l.BoundEndpoint);
            }
        }
    }

    /// <summary>Connections open now.</summary>
    public int Connections => links.Count;

    /// <summary>Connections accepted since the start.</summary>
    public long ConnectionsAccepted => Volatile.Read(ref accepted);

    /// <summary>Connections closed at once because a limit was reached, or their process is not allowed.</summary>
    public long ConnectionsRefused => Volatile.Read(ref refused);

    /// <summary>Handshakes of secure sessions under way, let in and refused since the start.</summary>
    public HandshakeCounters Handshakes => security.Handshakes;

    /// <summary>What the protection against replay has decided since the start.</summary>
    public ReplayCounters Replays => security.Replays;

    /// <summary>One for each listener, in their order.</summary>
    internal IReadOnlyList<ListenerAcceptor> Acceptors => acceptors;

    internal LinkList Links => links;

    /// <summary>What the secure sessions of its first listener share; null when they are plain.</summary>
    internal SecureServer? Security => acceptors[0].Security;

    internal ILogger Logger => logger;

    internal FaultLog Faults { get; }

    internal AccessLog Access { get; }

    internal bool IsDraining => Volatile.Read(ref state) >= StateDraining;

    /// <summary>Opens every endpoint.</summary>
    /// <exception cref="TransportException">An endpoint cannot be opened; none is then.</exception>
    /// <exception cref="InvalidOperationException">The server was started before.</exception>
    public void Start()
    {
        if (Interlocked.CompareExchange(ref state, StateRunning, StateNew) != StateNew)
        {
            throw new InvalidOperationException("a server starts once: make a new one");
        }

        runtime.AddRelief(links);
        lock (listeners)
        {
            try
            {
                foreach (ListenerAcceptor acceptor in acceptors)
                {
                    ServerListener settings = acceptor.Listener;
                    var listening = new ListenerOptions
                    {
                        Backlog = options.Backlog,
                        Connection = transport,
                        Local = settings.Local ?? new LocalAccess(),
                        Inherited = settings.Inherited,
                    };
                    var listener = TransportListener.Start(settings.Endpoint, listening, acceptor);
                    acceptor.Totals.Label = listener.BoundEndpoint.ToString();
                    listeners.Add(listener);
                }
            }
            catch
            {
                StopListening();
                runtime.RemoveRelief(links);
                throw;
            }
        }

        foreach (ListenerAcceptor acceptor in acceptors)
        {
            acceptor.TellCertificates();
        }

        runtime.Metrics.Add(this);
        security.Start();
    }

    /// <summary>Reads the certificates, keys and CAs of TLS listeners again now; a server does so by itself within
    /// about a second of a change. New handshakes go by them, connections that stand are left alone. A file that cannot
    /// be used changes nothing and is logged. Reads files: not for an I/O thread.</summary>
    public void ReloadCertificates() => security.Reload();

    /// <inheritdoc cref="ServerSecurity.Prepare"/>
    internal Action PrepareCertificates() => security.Prepare();

    /// <summary>
    /// Stops gracefully: accepts no more connections, tells the peers, lets requests under way end, then
    /// closes. What is left at the deadline is cut.
    /// </summary>
    /// <param name="deadline">Time for the graceful part; zero cuts at once, <see cref="Timeout.InfiniteTimeSpan"/>
    /// waits for the last request.</param>
    /// <returns>Connections that had to be cut.</returns>
    public async Task<int> StopAsync(TimeSpan deadline)
    {
        int before = Interlocked.Exchange(ref state, StateDraining);
        if (before == StateNew)
        {
            security.Dispose();
            return 0;
        }

        lock (listeners)
        {
            StopListening();
        }

        links.ForEach(static link => link.Drain(ErrorCode.ShuttingDown, "the server is shutting down"));
        NoteIfEmpty(links.Count);
        int cut = 0;
        if (deadline == Timeout.InfiniteTimeSpan)
        {
            await allClosed.Task.ConfigureAwait(false);
        }
        else if (deadline > TimeSpan.Zero)
        {
            await Task.WhenAny(allClosed.Task, Task.Delay(deadline)).ConfigureAwait(false);
        }

        links.ForEach(link =>
        {
            cut++;
            link.Close(CloseReason.ShuttingDown, "cut at the shutdown deadline");
        });
        await allClosed.Task.ConfigureAwait(false);
        Faults.Stop();
        security.Stop();
        runtime.RemoveRelief(links);
        runtime.Metrics.Remove(this);
        security.Dispose();
        return cut;
    }

    /// <summary>Cuts every connection and stops.</summary>
    public async ValueTask DisposeAsync() => await StopAsync(TimeSpan.Zero).ConfigureAwait(false);

    internal void Accept(TransportConnection connection, ListenerAcceptor acceptor)
    {
        var link = new PeerLink(runtime, options.Link, connection, sink, LinkRole.Accepting)
        {
            Security = acceptor.Security,
            Totals = acceptor.Totals,
        };
        if (IsDraining || !HasMemory() || !links.TryAdd(link, options.ConnectionsMax))
        {
            // A flood must not fill the log; each line has the sum.
            long sum = Interlocked.Increment(ref refused);
            acceptor.Totals.AddRefused();
            if (refusals.TryTell(runtime.Wheel.NowMs, out _))
            {
                ServerLog.Refused(logger, links.Count, options.ConnectionsMax, sum);
            }

            connection.Close();
            return;
        }

        Interlocked.Increment(ref accepted);
        acceptor.Totals.AddAccepted();
        link.Start();

        // A stop that began between the check above and the list visits only what was in the list then.
        if (IsDraining)
        {
            link.Close(CloseReason.ShuttingDown, "accepted while the server was stopping");
        }
    }

    /// <summary>Puts other limits and handlers into force: limits for connections from now on, handlers for packets
    /// from now on. Listeners stay as they are.</summary>
    internal void Apply(ServerOptions next, HandlerTable handlers)
    {
        sink.Replace(handlers.Freeze(logger, runtime.Metrics.Routes));
        options = next with { Listeners = options.Listeners };
    }

    /// <summary>Closes a connection of a process that its listener does not allow.</summary>
    internal void Refuse(TransportConnection connection, ListenerAcceptor acceptor)
    {
        long sum = Interlocked.Increment(ref refused);
        acceptor.Totals.AddRefused();
        if (strangers.TryTell(runtime.Wheel.NowMs, out _))
        {
            ServerLog.StrangerRefused(logger, connection, sum);
        }

        connection.Close();
    }

    internal void OnLinkClosed(PeerLink link) => NoteIfEmpty(links.Remove(link));

    private void NoteIfEmpty(int left)
    {
        if (left == 0 && IsDraining)
        {
            allClosed.TrySetResult();
        }
    }

    private void StopListening()
    {
        foreach (TransportListener listener in listeners)
        {
            listener.Stop();
        }
    }

    // Whether a connection that becomes busy could have what it needs first: a large receive block.
    private bool HasMemory()
    {
        bool has = runtime.Pool.TryRent(ReceiveBlockBytes, out BufferLease probe);
        probe.Return();
        return has;
    }
}
