using System;
using Microsoft.Extensions.Logging;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Forwarding;

/// <summary>Messages of the Forwarding room; event ids 500 to 599.</summary>
internal static partial class ForwardingLog
{
    [LoggerMessage(500, LogLevel.Information, "upstream {Upstream}: connected to {Node}, software {Software}")]
    internal static partial void UpstreamConnected(ILogger logger, string upstream, Endpoint node, string software);

    [LoggerMessage(501, LogLevel.Warning, "upstream {Upstream}: lost {Node}, {Reason}; connecting again")]
    internal static partial void UpstreamLost(ILogger logger, string upstream, Endpoint node, LinkClosed reason);

    [LoggerMessage(502, LogLevel.Warning, "upstream {Upstream}: {Message}; trying again")]
    internal static partial void UpstreamUnreachable(ILogger logger, string upstream, string message);

    [LoggerMessage(503, LogLevel.Information, "upstream {Upstream}: {Node} takes no new requests ({Code})")]
    internal static partial void UpstreamDraining(ILogger logger, string upstream, Endpoint node, ErrorCode code);

    [LoggerMessage(504, LogLevel.Error, "upstream {Upstream}: {Node} is not trusted: {Message}; trying again")]
    internal static partial void UpstreamUntrusted(ILogger logger, string upstream, Endpoint node, string message);

    [LoggerMessage(505, LogLevel.Error,
        "upstream {Upstream}: {Fault}; the certificates of before stay in force")]
    internal static partial void CertificatesUnusable(ILogger logger, string upstream, string fault);

    [LoggerMessage(506, LogLevel.Error, "upstream {Upstream}: the link to {Node} failed unexpectedly; it goes on")]
    internal static partial void LinkFault(ILogger logger, Exception error, string upstream, Endpoint node);

    [LoggerMessage(507, LogLevel.Warning,
        "upstream {Upstream}: {Node} failed {Failures} requests in a row, the last with {Code}; it gets none for "
        + "{DelayMs} ms; {Before} more such events since the last line about it")]
    internal static partial void BreakerOpened(ILogger logger, string upstream, Endpoint node, int failures,
        ErrorCode code, long delayMs, long before);

    [LoggerMessage(508, LogLevel.Information, "upstream {Upstream}: {Node} answers again and gets requests")]
    internal static partial void BreakerClosed(ILogger logger, string upstream, Endpoint node);
}
