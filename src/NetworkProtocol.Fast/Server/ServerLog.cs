using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Server;

/// <summary>Messages of the Server room; event ids 400 to 499.</summary>
internal static partial class ServerLog
{
    [LoggerMessage(400, LogLevel.Debug,
        "connection {ConnectionId} opened: {Connection}, peer {Peer}, software {Software}")]
    internal static partial void Established(
        ILogger logger, long connectionId, TransportConnection connection, string peer, string software);

    [LoggerMessage(401, LogLevel.Debug, "connection {ConnectionId} closed: {Reason}, after {AgeMs} ms")]
    internal static partial void Closed(ILogger logger, long connectionId, LinkClosed reason, long ageMs);

    [LoggerMessage(402, LogLevel.Information,
        "connection {ConnectionId} closed: {Connection}, peer {Peer}, {Reason}, after {AgeMs} ms")]
    internal static partial void ClosedByFault(
        ILogger logger, long connectionId, TransportConnection connection, string peer, LinkClosed reason, long ageMs);

    [LoggerMessage(405, LogLevel.Debug,
        "connection {ConnectionId} closed: {Connection}, peer {Peer}, {Reason}, after {AgeMs} ms")]
    internal static partial void ClosedByFurtherFault(
        ILogger logger, long connectionId, TransportConnection connection, string peer, LinkClosed reason, long ageMs);

    [LoggerMessage(406, LogLevel.Information,
        "{Count} more connections were closed by faults, the last one: {Reason}; each is logged at debug")]
    internal static partial void FurtherFaults(ILogger logger, long count, string reason);

    [LoggerMessage(407, LogLevel.Debug,
        "connection {ConnectionId} opened: {Connection}, peer {Peer}, software {Software}, authorised key {Key}")]
    internal static partial void EstablishedByClient(ILogger logger, long connectionId, TransportConnection connection,
        string peer, string software, KeyFingerprint key);

    [LoggerMessage(408, LogLevel.Warning,
        "{Count} handshakes were refused for want of room; {UnderWay} are under way and {Remembered} are remembered")]
    internal static partial void HandshakesRefused(ILogger logger, long count, int underWay, int remembered);

    [LoggerMessage(409, LogLevel.Information, "read {Path} again: {Count} authorised keys")]
    internal static partial void AuthorizedKeysRead(ILogger logger, string path, int count);

    [LoggerMessage(410, LogLevel.Error, "{Fault}; the {Count} authorised keys of before stay in force")]
    internal static partial void AuthorizedKeysUnusable(ILogger logger, string fault, int count);

    [LoggerMessage(414, LogLevel.Information, "read certificates again: {Certificates}")]
    internal static partial void CertificatesRead(ILogger logger, string certificates);

    [LoggerMessage(412, LogLevel.Error, "{Fault}; the certificates of before stay in force")]
    internal static partial void CertificatesUnusable(ILogger logger, string fault);

    [LoggerMessage(415, LogLevel.Information, "{Endpoint} shows certificates: {Certificates}")]
    internal static partial void CertificatesInForce(ILogger logger, Endpoint endpoint, string certificates);

    [LoggerMessage(411, LogLevel.Information,
        "connection {ConnectionId} closed: {Remote} at {Listener}, peer {Peer}, {Session} session, "
        + "in {PacketsIn} packets {BytesIn} bytes, out {PacketsOut} packets {BytesOut} bytes, {DurationMs} ms, "
        + "{Reason}")]
    internal static partial void Access(ILogger logger, long connectionId, string remote, string listener, string peer,
        string session, long packetsIn, long bytesIn, long packetsOut, long bytesOut, long durationMs,
        LinkClosed reason);

    [LoggerMessage(403, LogLevel.Warning,
        "connection refused: {Open} of {Allowed} are open or memory is short; {Refused} refused so far")]
    internal static partial void Refused(ILogger logger, int open, int allowed, long refused);

    [LoggerMessage(413, LogLevel.Warning,
        "connection refused: {Connection} is not allowed on this listener; {Refused} refused so far")]
    internal static partial void StrangerRefused(ILogger logger, TransportConnection connection, long refused);

    [LoggerMessage(404, LogLevel.Warning, "accepting failed with {Error}; trying again in {BackOffMs} ms")]
    internal static partial void AcceptPressure(ILogger logger, SocketError error, long backOffMs);
}
