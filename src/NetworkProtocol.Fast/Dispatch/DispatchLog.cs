using System;
using Microsoft.Extensions.Logging;

namespace NetworkProtocol.Fast.Dispatch;

/// <summary>Messages of the Dispatch room; event ids 300 to 399.</summary>
internal static partial class DispatchLog
{
    [LoggerMessage(300, LogLevel.Warning, "a handler failed on connection {ConnectionId}")]
    internal static partial void HandlerFailed(ILogger logger, long connectionId, Exception error);
}
