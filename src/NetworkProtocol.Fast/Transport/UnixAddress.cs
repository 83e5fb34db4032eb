using System.Net;
using System.Net.Sockets;

namespace NetworkProtocol.Fast.Transport;

/// <summary>
/// A Unix socket's address. Used instead of <see cref="UnixDomainSocketEndPoint"/> for two reasons: a socket bound
/// with that one deletes its path when it is disposed, even if another process has bound it meanwhile; and it
/// makes an address object for every accepted peer, though those have no name.
/// </summary>
internal sealed class UnixAddress(string path) : EndPoint
{
    public override AddressFamily AddressFamily => AddressFamily.Unix;

    public override SocketAddress Serialize() => new UnixDomainSocketEndPoint(path).Serialize();

    /// <summary>Called for each accepted peer; they all share the listener's address.</summary>
    public override EndPoint Create(SocketAddress socketAddress) => this;

    public override string ToString() => path;
}
