using Microsoft.Extensions.Logging;

namespace NetworkProtocol.Fast.Relay.Logging;

/// <summary>Messages of the Logging room; event ids 1000 to 1099.</summary>
internal static partial class LoggingLog
{
    [LoggerMessage(1000, LogLevel.Error,
        "the log file {Path} loses lines: {Cause}; {Lines} lost so far; check its disk and folder")]
    internal static partial void LinesLost(ILogger logger, string path, string cause, long lines);

    [LoggerMessage(1001, LogLevel.Error,
        "the log file {Path} is full and cannot be renamed: {Cause}; it grows to twice its size and loses lines then")]
    internal static partial void NotRotated(ILogger logger, string path, string cause);
}
