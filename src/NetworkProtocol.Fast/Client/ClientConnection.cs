using System;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using Microsoft.Extensions.ObjectPool;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Client;

/// <summary>
/// One connection of a client, from its opening to its end: requests with correlated replies, one-way packets, messages
/// from the server. Thread-safe.
/// </summary>
internal sealed partial class ClientConnection
{
    private readonly ClientOptions options;
    private readonly LinkRuntime runtime;
    private readonly PeerLink link;
    private readonly CorrelationTable<PendingRequest> requests;
    private readonly ObjectPool<PendingRequest> pool;
    private readonly ChannelWriter<PacketMessage> messages;
    private readonly ChannelReader<PacketMessage> unread;
    private readonly RequestGate requestGate;
    private readonly MessageGate messageGate;
    private readonly DeadlineTimer deadlines;
    private readonly TaskCompletionSource established = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<LinkClosed> closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int draining;
    private long refusedMs = long.MinValue / 2;

    // Set before draining when the server said Disconnect, which makes the end its own and worth another attempt.
    private ErrorCode peerCode;
    private bool peerDone;

    private ClientConnection(
        TransportConnection connection, ClientOptions options, SecureClient? security, LinkRuntime runtime,
        Channel<PacketMessage> messages)
    {
        this.options = options;
        this.runtime = runtime;
        requests = new CorrelationTable<PendingRequest>(options.RequestsInFlightMax);
        pool = new DefaultObjectPool<PendingRequest>(new Policy(this), options.RequestsInFlightMax);
        this.messages = messages.Writer;
        unread = messages.Reader;
        requestGate = new RequestGate(this);
        messageGate = new MessageGate(this);
        deadlines = new DeadlineTimer(this);
        link = new PeerLink(runtime, options.Link, connection, new Sink(this), LinkRole.Initiating)
        {
            Security = security,
        };
    }

    /// <summary>Where the client is connected to.</summary>
    internal Endpoint Remote => link.Connection.Remote;

    /// <summary>Software name that the server announced.</summary>
    internal string ServerSoftware => link.Settings.PeerSoftware;

    /// <summary>The key that the server has proved; null on a plain session.</summary>
    internal PeerIdentity? ServerIdentity => link.Identity;

    /// <summary>32 bytes that both ends of a secure session have and no other session has (Noise revision 34, section
    /// 11.2), to tie an authentication of the application to it; empty on a plain session.</summary>
    internal ReadOnlyMemory<byte> ChannelBinding => link.ChannelBinding;

    /// <summary>Largest payload that the server accepts, in bytes.</summary>
    internal int PayloadBytesMax => (int)link.Settings.SendPayloadBytesMax;

    /// <summary>Completes when the connection has ended, with the reason. Never fails.</summary>
    internal Task<LinkClosed> Closed => closed.Task;

    /// <summary>Requests that have no reply yet.</summary>
    internal int RequestsInFlight => requests.InFlight;

    /// <summary>How long the connection has been there, in milliseconds.</summary>
    internal long AgeMs => link.AgeMs;

    /// <summary>Whether it takes requests: neither side has begun to end it.</summary>
    internal bool IsTaking => link.IsOpen && Volatile.Read(ref draining) == 0;

    private int RequestsInFlightMax =>
        (int)Math.Min((uint)options.RequestsInFlightMax, link.Settings.SendRequestsInFlightMax);

    /// <summary>Opens the session on a connection.</summary>
    /// <param name="connection">Where.</param>
    /// <param name="runtime">What it shares with others.</param>
    /// <param name="options">Times and limits.</param>
    /// <param name="security">Keys and trust; null for a plain session.</param>
    /// <param name="messages">Where messages of the server go; completed at the end, unless another connection
    /// follows.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="PacketConnectionException">The server did not open the session.</exception>
    /// <exception cref="TimeoutException">It took longer than <see cref="ClientOptions.ConnectTimeout"/>.</exception>
    internal static async Task<ClientConnection> OpenAsync(
        TransportConnection connection, LinkRuntime runtime, ClientOptions options, SecureClient? security,
        Channel<PacketMessage> messages, CancellationToken cancellationToken)
    {
        var client = new ClientConnection(connection, options, security, runtime, messages);
        client.link.Start();
        try
        {
            await client.established.Task.WaitAsync(options.ConnectTimeout, cancellationToken).ConfigureAwait(false);
            return client;
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            client.link.Close(CloseReason.Requested, "gave up opening the session");
            if (e is TimeoutException)
            {
                throw new TimeoutException(
                    $"{connection.Remote} accepted the connection but opened no session; check that it is npfast");
            }

            throw;
        }
    }

    /// <summary>
    /// Closes gracefully: tells the server, waits for replies under way, closes. What is not done at the
    /// deadline is cut.
    /// </summary>
    internal async Task CloseAsync(TimeSpan deadline)
    {
        if (Interlocked.Exchange(ref draining, 1) == 0)
        {
            // First without a word of draining, whose answer may be the end of the stream before we have said why.
            CloseIfDone();
            link.Drain(default, "the client is done");
            CloseIfDone();
        }

        await Task.WhenAny(closed.Task, Task.Delay(deadline)).ConfigureAwait(false);
        link.Close(CloseReason.Requested, "cut at the deadline");
        await closed.Task.ConfigureAwait(false);
    }

    /// <summary>Closes at once unless it is closed; requests in flight fail.</summary>
    internal async Task EndAsync()
    {
        link.CloseAfterFlush(CloseReason.Requested, string.Empty);
        await Task.WhenAny(closed.Task, Task.Delay(TimeSpan.FromSeconds(1))).ConfigureAwait(false);
        link.Close(CloseReason.Requested, string.Empty);
        await closed.Task.ConfigureAwait(false);
    }

    /// <summary>Ends a request without a reply; used by its cancellation.</summary>
    internal bool TryAbandon(uint correlation)
    {
        bool ended = requests.TryEnd(correlation, out _);
        if (ended)
        {
            AfterRequest();
        }

        return ended;
    }

    private void AfterRequest()
    {
        // Ending the request was an interlocked operation: the fence that the gate asks for.
        requestGate.WakeIfReady();
        CloseIfDone();
    }

    private void CloseIfDone()
    {
        if (Volatile.Read(ref draining) == 0 || requests.InFlight != 0)
        {
            return;
        }

        if (Volatile.Read(ref peerDone))
        {
            link.CloseAfterFlush(CloseReason.PeerClosed, $"the server disconnected: {peerCode}");
        }
        else
        {
            link.CloseAfterFlush(CloseReason.Requested, string.Empty);
        }
    }

    private sealed class Policy(ClientConnection client) : PooledObjectPolicy<PendingRequest>
    {
        public override PendingRequest Create() => new(client, client.pool);

        public override bool Return(PendingRequest obj) => true;
    }

    private sealed class RequestGate(ClientConnection client) : Gate
    {
        internal override bool IsReady =>
            client.link.IsClosed || client.requests.InFlight < client.RequestsInFlightMax;
    }

    private sealed class MessageGate(ClientConnection client) : Gate
    {
        internal override bool IsReady =>
            client.link.IsClosed || client.unread.Count < client.options.MessagesWaitingMax;
    }

    /// <summary>Ends requests whose time is up. In the wheel only while requests are in flight.</summary>
    private sealed class DeadlineTimer(ClientConnection client) : WheelTimer
    {
        private int scheduled;

        internal void Ensure()
        {
            if (Volatile.Read(ref scheduled) == 0 && Interlocked.Exchange(ref scheduled, 1) == 0)
            {
                client.runtime.Wheel.Schedule(this, client.runtime.Wheel.NowMs + TimerWheel.TickMs);
            }
        }

        protected internal override long OnTick(long nowMs)
        {
            int cursor = 0;
            while (client.requests.TryEndExpired(ref cursor, nowMs, out EndedRequest<PendingRequest> ended))
            {
                ended.Owner.Fail(new PacketErrorException(ErrorCode.Timeout, "no reply in time"));
                client.AfterRequest();
            }

            if (client.requests.InFlight > 0)
            {
                return nowMs + TimerWheel.TickMs;
            }

            // A request that began before this exchange saw the timer as scheduled, so look again after it.
            Interlocked.Exchange(ref scheduled, 0);
            return client.requests.InFlight > 0 && Interlocked.Exchange(ref scheduled, 1) == 0
                ? nowMs + TimerWheel.TickMs
                : Never;
        }
    }
}
