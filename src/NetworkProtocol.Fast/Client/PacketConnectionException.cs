using System.IO;
using NetworkProtocol.Fast.Link;

namespace NetworkProtocol.Fast.Client;

/// <summary>The connection ended before the operation did. A request may or may not have been handled.</summary>
public sealed class PacketConnectionException : IOException
{
    internal PacketConnectionException(LinkClosed closed)
        : base($"the connection ended ({closed})") => Closed = closed;

    /// <summary>How the connection ended.</summary>
    public LinkClosed Closed { get; }
}
