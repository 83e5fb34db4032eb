using System;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Memory;

namespace NetworkProtocol.Fast.Transport;

/// <summary>
/// Accepts connections on a TCP or Unix socket. The loop runs on one thread at a time, on the socket's
/// I/O thread as a rule; <see cref="Stop"/> may be called from any thread.
/// </summary>
internal sealed class SocketListener : TransportListener, IThreadPoolWorkItem
{
    /// <summary>A burst of connections may hold its I/O thread for this many accepts, 20-40 us each.</summary>
    private const int AcceptTurnsMax = 64;

    private static readonly TimeSpan BackOffMin = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan BackOffMax = TimeSpan.FromSeconds(1);

    private readonly Socket socket;
    private readonly ListenerOptions options;
    private readonly ITransportAcceptor acceptor;
    private readonly AcceptOperation accept;
    private readonly UnixSocketFile.Identity file;
    private readonly InheritedSocket? inherited;
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Guards the four below. Taken only to stop and to back off, never for an accept that succeeds.
    private readonly Lock stateLock = new();
    private Timer? backOffTimer;
    private bool backingOff;
    private bool stopped;
    private TimeSpan backOff;

    private SocketListener(BoundSocket bound, ListenerOptions options, ITransportAcceptor acceptor)
    {
        BoundEndpoint = bound.Endpoint;
        socket = bound.Socket;
        file = bound.File;
        inherited = bound.Inherited;
        this.options = options;
        this.acceptor = acceptor;
        accept = new AcceptOperation(this);
    }

    internal override Endpoint BoundEndpoint { get; }

    /// <summary>Binds, listens and starts to accept.</summary>
    /// <exception cref="TransportException">The endpoint cannot be listened on; the message says why.</exception>
    internal static SocketListener Open(Endpoint endpoint, ListenerOptions options, ITransportAcceptor acceptor)
    {
        SocketListener listener = new(ListenerSocket.Bind(endpoint, options), options, acceptor);

        // Not on the caller's thread: a connection that waits already would call the acceptor before the
        // caller has the listener in hand.
        ThreadPool.UnsafeQueueUserWorkItem(listener, preferLocal: false);
        return listener;
    }

    /// <inheritdoc/>
    internal override void Stop()
    {
        bool loopIsIdle;
        lock (stateLock)
        {
            if (stopped)
            {
                return;
            }

            stopped = true;
            loopIsIdle = backingOff;
            backOffTimer?.Dispose();
        }

        if (BoundEndpoint is { Scheme: EndpointScheme.Unix, IsAbstract: false } && inherited is null)
        {
            // Before the socket is closed: as long as it lives, nobody takes the path for a stale one.
            UnixSocketFile.RemoveIfStill(BoundEndpoint.Path, file);
        }

        socket.Dispose();
        if (loopIsIdle)
        {
            End();
        }
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        Stop();
        await ended.Task.ConfigureAwait(false);
    }

    void IThreadPoolWorkItem.Execute() => Run();

    internal void AcceptCompleted()
    {
        if (Take())
        {
            Run();
        }
    }

    private void Run()
    {
        for (int turn = 0; turn < AcceptTurnsMax; turn++)
        {
            if (!StartAccept() || !Take())
            {
                return;
            }
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>True: completed now. False: the operation reports later, or the listener has ended.</summary>
    private bool StartAccept()
    {
        try
        {
            return !socket.AcceptAsync(accept);
        }
        catch (ObjectDisposedException)
        {
            End();
            return false;
        }
    }

    /// <summary>Handles a completed accept; false when the loop has to pause or has ended.</summary>
    private bool Take()
    {
        SocketError error = accept.SocketError;
        Socket? socket = accept.AcceptSocket;
        accept.AcceptSocket = null;
        if (error != SocketError.Success || socket is null)
        {
            return Failed(error);
        }

        if (Volatile.Read(ref stopped))
        {
            socket.Dispose();
            End();
            return false;
        }

        backOff = TimeSpan.Zero;
        Hand(socket);
        return true;
    }

    private void Hand(Socket socket)
    {
        if (!OperatingSystem.IsLinux())
        {
            try
            {
                StreamSocket.Apply(socket, options.Connection);
            }
            catch (SocketException)
            {
                // The peer is gone already.
                socket.Dispose();
                return;
            }
        }

        // A Unix peer has no name of its own: both ends share the path.
        bool isUnix = BoundEndpoint.Scheme == EndpointScheme.Unix;
        PeerCredentials? peer = isUnix ? SystemPeers.Of(socket.SafeHandle) : null;
        TransportConnection connection = SocketConnections.Adopt(
            socket, BoundEndpoint, isUnix ? BoundEndpoint : null, options.Connection.OnLoop);
        connection.Credentials = peer;
        acceptor.OnAccepted(connection);
    }

    private bool Failed(SocketError error)
    {
        if (Volatile.Read(ref stopped))
        {
            End();
            return false;
        }

        SocketErrorTier tier = error.Tier();
        if (tier is SocketErrorTier.PeerGone or SocketErrorTier.Aborted)
        {
            // The connection that was about to be accepted went away; the next one is not concerned.
            return true;
        }

        // Also for a fatal error: a listener that ends in silence is worse than one that keeps trying.
        TimeSpan doubled = backOff + backOff;
        backOff = doubled < BackOffMin ? BackOffMin : doubled > BackOffMax ? BackOffMax : doubled;
        acceptor.OnAcceptPressure(error, backOff);
        lock (stateLock)
        {
            if (!stopped)
            {
                backOffTimer ??= new Timer(static state => ((SocketListener)state!).Resume(), this, -1, -1);
                backingOff = true;
                backOffTimer.Change(backOff, Timeout.InfiniteTimeSpan);
                return false;
            }
        }

        End();
        return false;
    }

    private void Resume()
    {
        lock (stateLock)
        {
            if (stopped || !backingOff)
            {
                return;
            }

            backingOff = false;
        }

        Run();
    }

    private void End()
    {
        accept.Dispose();

        // Only now: the loop may have been about to accept from its descriptor.
        inherited?.Dispose();
        ended.TrySetResult();
    }
}
