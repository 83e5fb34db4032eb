using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>Logging to stderr, one line for each message, so that stdout carries results only.</summary>
internal static class ConsoleLogging
{
    internal static ILoggerFactory Create(LogLevel level) => LoggerFactory.Create(logging => logging
        .SetMinimumLevel(level)
        .AddSimpleConsole(static format =>
        {
            format.SingleLine = true;
            format.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            format.UseUtcTimestamp = true;
            format.ColorBehavior = LoggerColorBehavior.Default;
        })
        .AddConsole(static console =>
        {
            console.LogToStandardErrorThreshold = LogLevel.Trace;

            // Lines are written by I/O threads: whoever does not read our log must not stop the relay.
            console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite;
        }));
}
