using System.Net.Sockets;

namespace NetworkProtocol.Fast.Transport;

/// <summary>Sorts socket errors into tiers, the one place that decides which errors are worth which reaction.</summary>
internal static class SocketErrorClassification
{
    internal static SocketErrorTier Tier(this SocketError error)
    {
        switch (error)
        {
            case SocketError.Success:
                return SocketErrorTier.None;

            case SocketError.ConnectionReset:
            case SocketError.ConnectionAborted:
            case SocketError.ConnectionRefused:
            case SocketError.Shutdown: // EPIPE: the peer closed while we were sending.
            case SocketError.NotConnected:
            case SocketError.Disconnecting:
            case SocketError.TimedOut: // Keepalive or retransmission gave up, or a connect got no answer.
            case SocketError.NetworkReset:
            case SocketError.NetworkDown:
            case SocketError.NetworkUnreachable:
            case SocketError.HostDown:
            case SocketError.HostUnreachable:
            case SocketError.HostNotFound: // Names come and go as machines do.
            case SocketError.NoData:
            case SocketError.AddressNotAvailable: // Connecting to a Unix path that does not exist (yet).
                return SocketErrorTier.PeerGone;

            case SocketError.TooManyOpenSockets: // EMFILE and ENFILE.
            case SocketError.NoBufferSpaceAvailable: // ENOBUFS.
            case SocketError.ProcessLimit:
            case SocketError.SystemNotReady:
            case SocketError.TryAgain:
            case SocketError.WouldBlock: // Unix connect to a listener whose backlog is full.
                return SocketErrorTier.Pressure;

            case SocketError.OperationAborted:
            case SocketError.Interrupted:
                return SocketErrorTier.Aborted;

            default:
                return SocketErrorTier.Fatal;
        }
    }

    internal static TransportStatus Status(this SocketError error) => error.Tier() switch
    {
        SocketErrorTier.None => TransportStatus.Ok,
        SocketErrorTier.PeerGone => TransportStatus.PeerGone,
        SocketErrorTier.Pressure => TransportStatus.Pressure,
        SocketErrorTier.Aborted => TransportStatus.Aborted,
        _ => TransportStatus.Fatal,
    };
}
