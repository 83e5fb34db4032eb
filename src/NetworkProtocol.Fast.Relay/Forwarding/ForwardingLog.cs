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
}
