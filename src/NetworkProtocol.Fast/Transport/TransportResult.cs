using System.Net.Sockets;

namespace NetworkProtocol.Fast.Transport;

/// <summary>
/// How one receive or send ended. <see cref="Error"/> is for logs; decisions follow <see cref="Status"/>.
/// </summary>
internal readonly record struct TransportResult(TransportStatus Status, int Bytes, SocketError Error)
{
    /// <summary>The connection was closed by this side.</summary>
    internal static TransportResult Aborted => new(TransportStatus.Aborted, 0, SocketError.OperationAborted);

    /// <summary>The peer went away.</summary>
    internal static TransportResult PeerGone => new(TransportStatus.PeerGone, 0, SocketError.ConnectionReset);

    internal static TransportResult Done(int bytes) => new(TransportStatus.Ok, bytes, SocketError.Success);

    internal static TransportResult From(SocketError error, int bytes) => new(error.Status(), bytes, error);
}
