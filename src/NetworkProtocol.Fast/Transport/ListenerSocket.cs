using System.Net;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace NetworkProtocol.Fast.Transport;

/// <summary>Binds listening sockets.</summary>
internal static class ListenerSocket
{
    /// <exception cref="TransportException">The endpoint cannot be listened on; the message says why.</exception>
    internal static BoundSocket Bind(Endpoint endpoint, ListenerOptions options)
    {
        if (options.Inherited is { } inherited)
        {
            StreamSocket.Apply(inherited.Socket, options.Connection);
            return new BoundSocket(inherited.Socket, endpoint, default, inherited);
        }

        EndPoint address = endpoint.Scheme switch
        {
            EndpointScheme.Tcp or EndpointScheme.Tls => Resolve(endpoint),
            EndpointScheme.Unix => endpoint.ToUnixAddress(),
            _ => throw new TransportException(
                endpoint, SocketError.ProtocolNotSupported,
                $"cannot listen on {endpoint}; use tcp://, tls:// or unix://"),
        };

        bool hasFile = endpoint is { Scheme: EndpointScheme.Unix, IsAbstract: false };
        using SafeFileHandle? folder = hasFile ? UnixSocketFile.LockFolder(endpoint) : null;
        Socket? socket = null;
        UnixSocketFile.Identity file = default;
        try
        {
            socket = BindSocket(endpoint, address);
            StreamSocket.Apply(socket, options.Connection);
            if (hasFile)
            {
                file = UnixSocketFile.Identify(endpoint.Path);
                UnixSocketFile.Restrict(endpoint, options.Local);
            }

            socket.Listen(options.Backlog);
            Endpoint bound = socket.LocalEndPoint is IPEndPoint ip ? endpoint.WithPort(ip.Port) : endpoint;
            return new BoundSocket(socket, bound, file);
        }
        catch (TransportException)
        {
            Discard(endpoint, socket, file);
            throw;
        }
        catch (SocketException e)
        {
            Discard(endpoint, socket, file);
            throw new TransportException(
                endpoint, e.SocketErrorCode, $"cannot listen on {endpoint}: {Reason(endpoint, e)}", e);
        }
    }

    // A file that was bound and never listened would only be a stale one for the next start.
    private static void Discard(Endpoint endpoint, Socket? socket, UnixSocketFile.Identity file)
    {
        if (file.Kind == UnixSocketFile.Kind.Socket)
        {
            UnixSocketFile.RemoveIfStill(endpoint.Path, file);
        }

        socket?.Dispose();
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
            e.SocketErrorCode == SocketError.AddressAlreadyInUse
            && endpoint is { Scheme: EndpointScheme.Unix, IsAbstract: false })
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

    /// <summary>The address of an endpoint over TCP.</summary>
    /// <exception cref="TransportException">Its host has none.</exception>
    internal static IPEndPoint Resolve(Endpoint endpoint)
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
