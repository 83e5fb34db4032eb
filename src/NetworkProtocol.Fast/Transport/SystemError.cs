using System.Net.Sockets;

namespace NetworkProtocol.Fast.Transport;

/// <summary>Linux' error numbers (errno(3)) as the runtime names them.</summary>
internal static class SystemError
{
    /// <summary>The error of a call on a connected or connecting socket.</summary>
    internal static SocketError ToSocketError(int number) => number switch
    {
        0 => SocketError.Success,
        1 or 13 => SocketError.AccessDenied, // EPERM, EACCES
        2 or 99 => SocketError.AddressNotAvailable, // ENOENT, EADDRNOTAVAIL
        4 => SocketError.Interrupted, // EINTR
        11 => SocketError.WouldBlock, // EAGAIN
        12 or 105 => SocketError.NoBufferSpaceAvailable, // ENOMEM, ENOBUFS
        23 or 24 => SocketError.TooManyOpenSockets, // ENFILE, EMFILE
        32 or 108 => SocketError.Shutdown, // EPIPE, ESHUTDOWN
        100 => SocketError.NetworkDown, // ENETDOWN
        101 => SocketError.NetworkUnreachable, // ENETUNREACH
        102 => SocketError.NetworkReset, // ENETRESET
        103 => SocketError.ConnectionAborted, // ECONNABORTED
        104 => SocketError.ConnectionReset, // ECONNRESET
        107 => SocketError.NotConnected, // ENOTCONN
        110 => SocketError.TimedOut, // ETIMEDOUT
        111 => SocketError.ConnectionRefused, // ECONNREFUSED
        112 => SocketError.HostDown, // EHOSTDOWN
        113 => SocketError.HostUnreachable, // EHOSTUNREACH
        114 or 115 => SocketError.InProgress, // EALREADY, EINPROGRESS
        _ => SocketError.SocketError,
    };
}
