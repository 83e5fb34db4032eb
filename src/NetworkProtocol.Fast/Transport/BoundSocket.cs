using System.Net.Sockets;

namespace NetworkProtocol.Fast.Transport;

/// <summary>A socket that listens, on what (with the real port), and for a Unix socket its file, unless that is the
/// business of whoever passed the socket on.</summary>
internal readonly record struct BoundSocket(
    Socket Socket, Endpoint Endpoint, UnixSocketFile.Identity File, InheritedSocket? Inherited = null);
