using System;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Threading;
using NetworkProtocol.Fast.Memory;

namespace NetworkProtocol.Fast.Transport;

/// <summary>
/// A TCP or Unix stream socket that an <see cref="EventLoop"/> watches (Linux). The loop hears of changes only
/// (EPOLLET), so the connection remembers what it knows: whether there may be something to read, and room to
/// write. It asks the system only if so.
/// </summary>
/// <remarks>
/// Each direction has two words: "ready", set by the loop, and "pending", set by whoever found nothing and waits. Each
/// side sets its own by an exchange before it looks at the other's, so at least one of them sees both; who takes
/// "pending" back to 0 goes on with the operation.
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "Close disposes; a connection has one word for it.")]
internal sealed partial class EpollConnection : TransportConnection, IEventTarget, IThreadPoolWorkItem
{
    private readonly SocketDescriptor socket;
    private readonly EventLoop loop;
    private readonly Endpoint local;
    private readonly Endpoint? remote;
    private readonly IPEndPoint? remoteAddress;
    private ITransportSink? sink;
    private ConnectionGate gate;

    private EpollConnection(SocketDescriptor socket, Endpoint local, Endpoint? remote, IPEndPoint? remoteAddress)
    {
        this.socket = socket;
        this.local = local;
        this.remote = remote;
        this.remoteAddress = remoteAddress;
        loop = EventLoop.Next();
    }

    ulong IEventTarget.Token { get; set; }

    internal override Endpoint Local => local;

    internal override Endpoint Remote => remote ?? Endpoint.FromAddress(remoteAddress!);

    internal override IPAddress? RemoteAddress => remoteAddress?.Address is { IsIPv4MappedToIPv6: true } mapped
        ? mapped.MapToIPv4()
        : remoteAddress?.Address;

    internal override int UntakenBytes => SocketBacklog.UntakenBytes(socket);

    /// <summary>The socket, to look at its options in tests.</summary>
    internal SocketDescriptor Socket => socket;

    /// <summary>Takes the socket over; the runtime must not have begun an asynchronous operation on it.</summary>
    /// <param name="socket">A connected stream socket.</param>
    /// <param name="local">This side; a listener shares its own with all that it accepts.</param>
    /// <param name="remote">Null for an accepted TCP socket: made from its address when somebody asks.</param>
    /// <param name="remoteAddress">The peer's address, null if it has none.</param>
    internal static EpollConnection Start(
        SocketDescriptor socket, Endpoint local, Endpoint? remote, IPEndPoint? remoteAddress)
    {
        EpollConnection connection = new(socket, local, remote, remoteAddress);

        // If the system has no memory to watch it, each operation says so; whoever uses it closes it at the first.
        connection.unwatched = connection.loop.Watch(socket, connection);
        return connection;
    }

    internal override void Bind(ITransportSink sink) => this.sink = sink;

    /// <inheritdoc/>
    public void OnEvent(EventKinds kinds)
    {
        const EventKinds Ended = EventKinds.PeerEnded | EventKinds.HungUp | EventKinds.Error;
        if ((kinds & (EventKinds.Readable | Ended)) != 0)
        {
            if ((kinds & Ended) != 0)
            {
                Volatile.Write(ref ended, true);
            }

            OnReadable();
        }

        if ((kinds & (EventKinds.Writable | EventKinds.HungUp | EventKinds.Error)) != 0)
        {
            OnWritable();
        }
    }

    internal override void ShutdownSend()
    {
        int before = gate.Enter(ConnectionGate.SendEnded);
        if ((before & (ConnectionGate.SendEnded | ConnectionGate.Sending | ConnectionGate.Closed)) == 0)
        {
            ShutdownSocketSend();
        }
    }

    internal override void Close()
    {
        int before = gate.Enter(ConnectionGate.Closed);
        if ((before & ConnectionGate.Closed) != 0)
        {
            return;
        }

        loop.Forget(this);
        if ((before & ConnectionGate.Sending) != 0)
        {
            // Cut in the middle of a send.
            SystemSockets.ResetOnClose(socket);
        }
        else
        {
            SystemSockets.ShutdownSend(socket);
        }

        socket.Dispose();

        // Operations that wait are ended on a thread of the pool, because the caller may be in the middle of anything.
        // One that begins to wait after this look sees that the gate is closed.
        if ((Volatile.Read(ref receivePending) | Volatile.Read(ref sendPending)) != 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    /// <summary>After <see cref="Close"/>: ends the operations that were waiting.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        if (Interlocked.Exchange(ref receivePending, 0) != 0)
        {
            receiveBuffer = default;
            sink!.OnReceived(TransportResult.Aborted);
        }

        if (Interlocked.Exchange(ref sendPending, 0) != 0)
        {
            sink!.OnSent(EndSend(TransportResult.Aborted));
        }
    }

    private void ShutdownSocketSend()
    {
        try
        {
            SystemSockets.ShutdownSend(socket);
        }
        catch (ObjectDisposedException)
        {
            // Closed on another thread.
        }
    }

    // Closing under an operation shows as any of several errors; they all mean that we did it.
    private TransportResult Failed(int error) => gate.IsClosed
        ? TransportResult.Aborted
        : TransportResult.From(SystemError.ToSocketError(error), 0);
}
