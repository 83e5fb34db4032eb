using System.Net.Sockets;

namespace NetworkProtocol.Fast.Transport;

/// <summary>A socket that listens, on what (with the real port), and for a Unix socket its file.</summary>
internal readonly record struct BoundSocket(Socket Socket, Endpoint Endpoint, UnixSocketFile.Identity File);
