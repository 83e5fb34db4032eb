using System;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace NetworkProtocol.Fast.Transport;

/// <summary>
/// A TCP or Unix stream socket. Idle, it owns the socket, one receive operation and nothing else; send operations
/// come from a pool. No synchronous receive or send is ever made on the socket, because a single one makes the
/// runtime emulate blocking calls on it from then on.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Close disposes; a connection has one word for it.")]
internal sealed class SocketConnection : TransportConnection
{
    private readonly Socket socket;
    private readonly SocketReceiveOperation receive;
    private readonly Endpoint local;
    private readonly Endpoint? remote;
    private readonly IPEndPoint? remoteAddress;
    private ITransportSink? sink;
    private ConnectionGate gate;

    /// <summary>Takes the socket over.</summary>
    /// <param name="socket">A connected stream socket.</param>
    /// <param name="local">This side; a listener shares its own with all that it accepts.</param>
    /// <param name="remote">Null for an accepted TCP socket: made from its address when somebody asks.</param>
    internal SocketConnection(Socket socket, Endpoint local, Endpoint? remote)
    {
        this.socket = socket;
        this.local = local;
        this.remote = remote;

        // The socket itself keeps this object, so holding it costs nothing and outlives the socket's disposal.
        remoteAddress = socket.RemoteEndPoint as IPEndPoint;
        receive = new SocketReceiveOperation(this);
    }

    internal override Endpoint Local => local;

    internal override Endpoint Remote => remote ?? Endpoint.FromAddress(remoteAddress!);

    internal override IPAddress? RemoteAddress => remoteAddress?.Address is { IsIPv4MappedToIPv6: true } mapped
        ? mapped.MapToIPv4()
        : remoteAddress?.Address;

    internal override int UntakenBytes => SocketBacklog.UntakenBytes(socket.SafeHandle);

    /// <summary>The socket, to look at its options in tests.</summary>
    internal Socket Socket => socket;

    internal override void Bind(ITransportSink sink) => this.sink = sink;

    internal override bool Receive(Memory<byte> buffer, out TransportResult result)
    {
        if (gate.IsClosed)
        {
            result = TransportResult.Aborted;
            return true;
        }

        try
        {
            receive.SetBuffer(buffer);
            if (socket.ReceiveAsync(receive))
            {
                result = default;
                return false;
            }
        }
        catch (ObjectDisposedException)
        {
            // Closed on another thread since the check above.
            result = TransportResult.Aborted;
            return true;
        }

        result = ReceiveResult();
        return true;
    }

    internal override bool Send(ReadOnlyMemory<byte> buffer, out TransportResult result)
    {
        if (!gate.TryEnterSend())
        {
            result = TransportResult.Aborted;
            return true;
        }

        SocketSendOperation operation = SocketSendOperations.Rent();
        operation.Begin(this, buffer);
        return StartSend(operation, out result);
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

        if ((before & ConnectionGate.Sending) != 0)
        {
            // Cut in the middle of a send: a timeout of zero makes it a reset.
            socket.Close(0);
        }
        else
        {
            // A waiting receive would turn the runtime's close into a reset, which throws away what was sent
            // and has not arrived yet. Having shut down the sending half first keeps it a normal close.
            ShutdownSocketSend();
            socket.Dispose();
        }

        // Safe while the receive is under way: the runtime then frees it at its completion. Saves a finalizer.
        receive.Dispose();
    }

    internal void ReceiveCompleted() => sink!.OnReceived(ReceiveResult());

    internal void SendCompleted(SocketSendOperation operation)
    {
        bool more = operation.SocketError == SocketError.Success && operation.HasMoreAfterTransfer();
        TransportResult result;
        if (!more)
        {
            result = FinishSend(operation);
        }
        else if (!StartSend(operation, out result))
        {
            return;
        }

        sink!.OnSent(result);
    }

    private bool StartSend(SocketSendOperation operation, out TransportResult result)
    {
        do
        {
            try
            {
                if (socket.SendAsync(operation))
                {
                    result = default;
                    return false;
                }
            }
            catch (ObjectDisposedException)
            {
                // Closed on another thread. The runtime may count the operation as under way, so the pool must
                // not see it again.
                operation.Dispose();
                gate.Leave(ConnectionGate.Sending);
                result = TransportResult.Aborted;
                return true;
            }
        }
        while (operation.SocketError == SocketError.Success && operation.HasMoreAfterTransfer());

        result = FinishSend(operation);
        return true;
    }

    private TransportResult FinishSend(SocketSendOperation operation)
    {
        TransportResult result = Result(operation.SocketError, operation.BytesDone);
        SocketSendOperations.Return(operation);

        // Whoever called ShutdownSend meanwhile saw the send under way and left the last step to us.
        int before = gate.Leave(ConnectionGate.Sending);
        if ((before & (ConnectionGate.SendEnded | ConnectionGate.Closed)) == ConnectionGate.SendEnded)
        {
            ShutdownSocketSend();
        }

        return result;
    }

    private TransportResult ReceiveResult() => Result(receive.SocketError, receive.BytesTransferred);

    private TransportResult Result(SocketError error, int bytes)
    {
        if (error == SocketError.Success)
        {
            return TransportResult.Done(bytes);
        }

        // Closing under an operation shows as any of several errors; they all mean that we did it.
        return gate.IsClosed ? TransportResult.Aborted : TransportResult.From(error, bytes);
    }

    private void ShutdownSocketSend()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The peer was faster; the next receive says so.
        }
        catch (ObjectDisposedException)
        {
            // Closed on another thread.
        }
    }
}
