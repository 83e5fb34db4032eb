using System;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using NetworkProtocol.Fast.Memory;

namespace NetworkProtocol.Fast.Transport;

/// <summary>
/// A socket that listened before this process began, by a descriptor that whoever started the process passed on. They
/// have it open as well and may pass it to the next process: it goes on listening when it is closed here. Linux.
/// </summary>
internal sealed class InheritedSocket : IDisposable
{
    // socket(7); the same numbers on x64 and arm64.
    private const int SocketLevel = 1; // SOL_SOCKET
    private const int Kind = 3; // SO_TYPE
    private const int Listens = 30; // SO_ACCEPTCONN
    private const int Family = 39; // SO_DOMAIN
    private const int Stream = 1; // SOCK_STREAM

    private readonly int descriptor;
    private readonly EndPoint address;
    private bool isClosed;

    /// <summary>Takes the descriptor, which <see cref="FaultOf"/> finds none with, and keeps it out of programs that
    /// this process starts.</summary>
    internal InheritedSocket(int descriptor)
    {
        SocketRuntime.MarkSocketMade();
        this.descriptor = descriptor;

        // The runtime must not own it: it would end an accept that waits by disconnecting the socket, or leave
        // SO_LINGER on, for everybody who has it open (dotnet/runtime issue 70311).
        Socket = new Socket(new SafeSocketHandle(descriptor, ownsHandle: false));
        SystemDescriptors.EndInheritance(descriptor);
        address = Socket.LocalEndPoint!;
        Address = address is IPEndPoint ip ? Endpoint.FromAddress(ip) : Endpoint.Unix(address.ToString()!);
    }

    /// <summary>Where it listens, over TCP or on a Unix socket; what is spoken there it does not know.</summary>
    internal Endpoint Address { get; }

    /// <summary>To accept from. The runtime makes it non-blocking with the first accept.</summary>
    internal Socket Socket { get; }

    /// <summary>What keeps a descriptor from being listened on, and what to do; null when nothing does.</summary>
    internal static string? FaultOf(int descriptor)
    {
        if (!SystemDescriptors.IsInherited(descriptor))
        {
            return "is not open; pass as many as LISTEN_FDS says";
        }

        using var handle = new SafeSocketHandle(descriptor, ownsHandle: false);
        int kind = Option(handle, Kind);
        if (kind < 0)
        {
            return "is not a socket; pass sockets that listen, and nothing else";
        }

        if (Option(handle, Family) is not (1 or 2 or 10)) // AF_UNIX, AF_INET, AF_INET6
        {
            return "is neither a TCP nor a Unix socket; use ListenStream= with a port, an address or a path";
        }

        if (kind != Stream)
        {
            return "is not a stream socket; use ListenStream= for it";
        }

        return Option(handle, Listens) == 1 ? null : "does not listen; use Accept=no, which is the default";
    }

    /// <summary>Whether it is the socket that the endpoint would have opened. Looks a host's name up.</summary>
    /// <exception cref="TransportException">The endpoint's host has no address.</exception>
    internal bool IsAt(Endpoint endpoint) => endpoint.Scheme == EndpointScheme.Unix
        ? Address.Scheme == EndpointScheme.Unix && Address.Path == endpoint.Path
        : endpoint.IsOverTcp && address is IPEndPoint && address.Equals(ListenerSocket.Resolve(endpoint));

    /// <summary>Ends an accept that waits, and gives the descriptor back; once there is no accept any more that could
    /// be about to use it.</summary>
    public void Dispose()
    {
        Socket.Dispose();
        if (!Interlocked.Exchange(ref isClosed, true))
        {
            SystemSockets.Close(descriptor);
        }
    }

    private static int Option(SafeSocketHandle handle, int name)
    {
        Span<byte> value = stackalloc byte[sizeof(int)];
        int result = SystemSockets.GetOption(handle, SocketLevel, name, value);
        return result < 0 ? result : BitConverter.ToInt32(value);
    }
}
