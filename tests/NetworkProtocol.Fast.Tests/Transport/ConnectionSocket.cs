using System;
using System.Net.Sockets;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Tests.Transport;

/// <summary>The socket beneath a connection, to look at what the system says of it.</summary>
internal static class ConnectionSocket
{
    /// <summary>A view that does not own the descriptor.</summary>
    /// <exception cref="ObjectDisposedException">The connection is closed.</exception>
    internal static Socket Of(TransportConnection connection) => connection switch
    {
        SocketConnection over => over.Socket,
        EpollConnection { Socket.IsClosed: true } => throw new ObjectDisposedException(nameof(connection)),
        EpollConnection on => new Socket(new SafeSocketHandle(on.Socket.DangerousGetHandle(), ownsHandle: false)),
        _ => throw new ArgumentException("this connection has no socket", nameof(connection)),
    };
}
