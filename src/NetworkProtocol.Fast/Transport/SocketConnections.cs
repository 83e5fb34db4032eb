using System.Net;
using System.Net.Sockets;

namespace NetworkProtocol.Fast.Transport;

/// <summary>Makes connections of sockets: on an event loop, or over the runtime's operations.</summary>
internal static class SocketConnections
{
    /// <summary>Takes over a connected stream socket on which no asynchronous operation has begun.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="local">This side.</param>
    /// <param name="remote">The other side; null for an accepted TCP socket, whose address tells.</param>
    /// <param name="onLoop">See <see cref="TransportOptions.OnLoop"/>.</param>
    internal static TransportConnection Adopt(Socket socket, Endpoint local, Endpoint? remote, bool onLoop)
    {
        if (!onLoop)
        {
            return new SocketConnection(socket, local, remote);
        }

        var address = socket.RemoteEndPoint as IPEndPoint;
        return EpollConnection.Start(SocketDescriptor.Take(socket), local, remote, address);
    }
}
