using System;
using Microsoft.Extensions.Logging;

namespace NetworkProtocol.Fast.Dispatch;

/// <summary>Messages of the Dispatch room; event ids 300 to 399.</summary>
internal static partial class DispatchLog
{
    [LoggerMessage(300, LogLevel.Warning, "a handler failed on connection {ConnectionId}")]
    internal static partial void HandlerFailed(ILogger logger, long connectionId, Exception error);

    [LoggerMessage(301, LogLevel.Debug, "a handler failed again, on connection {ConnectionId}")]
    internal static partial void HandlerFailedAgain(ILogger logger, long connectionId, Exception error);

    [LoggerMessage(302, LogLevel.Warning, "a handler failed {Count} more times since its last failure was logged")]
    internal static partial void HandlerFailures(ILogger logger, long count);
}
