using System.Net;
using System.Net.Sockets;

namespace NetworkProtocol.Fast.Transport;

/// <summary>Binds listening sockets.</summary>
internal static class ListenerSocket
{
    /// <exception cref="TransportException">The endpoint cannot be listened on; the message says why.</exception>
    internal static BoundSocket Bind(Endpoint endpoint, ListenerOptions options)
    {
        EndPoint address = endpoint.Scheme switch
        {
            EndpointScheme.Tcp or EndpointScheme.Tls => Resolve(endpoint),
            EndpointScheme.Unix => new UnixAddress(endpoint.Path),
            _ => throw new TransportException(
                endpoint, SocketError.ProtocolNotSupported,
                $"cannot listen on {endpoint}; use tcp://, tls:// or unix://"),
        };

        Socket? socket = null;
        try
        {
            socket = BindSocket(endpoint, address);
            StreamSocket.Apply(socket, options.Connection);
            UnixSocketFile.Identity file =
                endpoint.Scheme == EndpointScheme.Unix ? UnixSocketFile.Identify(endpoint.Path) : default;
            socket.Listen(options.Backlog);
            Endpoint bound = socket.LocalEndPoint is IPEndPoint ip ? endpoint.WithPort(ip.Port) : endpoint;
            return new BoundSocket(socket, bound, file);
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            throw new TransportException(
                endpoint, e.SocketErrorCode, $"cannot listen on {endpoint}: {Reason(endpoint, e)}", e);
        }
    }

    /// <summary>
    /// SocketOptionName.ReuseAddress is deliberately not set: on Unix the runtime makes it SO_REUSEPORT too, and two
    /// relays would share a port in silence. The runtime itself sets SO_REUSEADDR when it binds TCP, which lets a
    /// restarted relay have its port back in spite of connections in TIME_WAIT.
    /// </summary>
    private static Socket BindSocket(Endpoint endpoint, EndPoint address)
    {
        Socket socket = StreamSocket.Create(address);
        try
        {
            socket.Bind(address);
            return socket;
        }
        catch (SocketException e) when (
            e.SocketErrorCode == SocketError.AddressAlreadyInUse && endpoint.Scheme == EndpointScheme.Unix)
        {
            socket.Dispose();
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        UnixSocketFile.RemoveStale(endpoint);
        socket = StreamSocket.Create(address);
        socket.Bind(address);
        return socket;
    }

    private static IPEndPoint Resolve(Endpoint endpoint)
    {
        if (endpoint.TryGetAddress(out IPAddress? address))
        {
            return new IPEndPoint(address, endpoint.Port);
        }

        try
        {
            return new IPEndPoint(Dns.GetHostAddresses(endpoint.Host)[0], endpoint.Port);
        }
        catch (SocketException e)
        {
            throw new TransportException(
                endpoint,
                e.SocketErrorCode,
                $"cannot listen on {endpoint}: host '{endpoint.Host}' not found; use an address or 0.0.0.0",
                e);
        }
    }

    private static string Reason(Endpoint endpoint, SocketException e) => e.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse => endpoint.IsOverTcp
            ? "the port is taken by another socket; stop its process or choose another port"
            : "the path is taken; stop the process that uses it or choose another path",
        SocketError.AddressNotAvailable => endpoint.IsOverTcp
            ? "no interface has this address; use one of this machine's, or 0.0.0.0 or [::] for all"
            : "its folder does not exist; create it or choose another path",
        SocketError.AccessDenied => endpoint.IsOverTcp
            ? "no permission for this port; use a port from 1024 on or grant CAP_NET_BIND_SERVICE"
            : "no permission to create the socket file; choose a folder this user may write to",
        SocketError.AddressFamilyNotSupported => "this system has no ipv6; use an ipv4 address",
        _ => $"{e.Message} ({e.SocketErrorCode})",
    };
}
