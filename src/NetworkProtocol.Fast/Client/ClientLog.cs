using Microsoft.Extensions.Logging;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Client;

/// <summary>Messages of the Client room; event ids 900 to 999.</summary>
internal static partial class ClientLog
{
    [LoggerMessage(900, LogLevel.Warning, "connection to {Server} lost ({Reason}); connecting again")]
    internal static partial void Lost(ILogger logger, Endpoint server, LinkClosed reason);

    [LoggerMessage(901, LogLevel.Information, "connected to {Server} again; attempts: {Attempts}")]
    internal static partial void Again(ILogger logger, Endpoint server, int attempts);

    [LoggerMessage(902, LogLevel.Warning, "cannot connect again, attempt {Attempt}: {Cause}")]
    internal static partial void Unreachable(ILogger logger, int attempt, string cause);

    [LoggerMessage(903, LogLevel.Error, "gave up connecting again; attempts: {Attempts}")]
    internal static partial void GaveUp(ILogger logger, int attempts);

    [LoggerMessage(904, LogLevel.Error, "certificates for {Server}: {Fault}; those of before stay in force")]
    internal static partial void CertificatesUnusable(ILogger logger, Endpoint server, string fault);
}
