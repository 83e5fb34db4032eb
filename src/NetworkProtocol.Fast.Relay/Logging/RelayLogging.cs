using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using NetworkProtocol.Fast.Configuration;

namespace NetworkProtocol.Fast.Relay.Logging;

/// <summary>Logging to stderr, one line for each message, so that stdout carries results only; and to a file, if one
/// is named.</summary>
internal static class RelayLogging
{
    private const string TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";

    /// <param name="options">Format, and the file if there is one.</param>
    /// <param name="levels">What is written; may change meanwhile.</param>
    /// <param name="loss">Counts what the file does not get, and tells stderr.</param>
    /// <exception cref="System.IO.IOException">The file cannot be written; the message says why.</exception>
    internal static ILoggerFactory Create(LoggingOptions options, LogLevels levels, LogLoss loss)
    {
        // Opened first: a file that cannot be written ends the start, not the log.
        RotatingFile? file = options.File is { } path
            ? RotatingFile.Open(path, options.FileBytesMax, options.FilesMax, loss)
            : null;
        ILoggerFactory loggers = LoggerFactory.Create(logging =>
        {
            logging.SetMinimumLevel(LogLevel.Trace)
                .AddFilter((category, level) => levels.IsEnabled(category, level));
            AddFormat(logging, options.Format);
            logging.AddConsole(static console =>
            {
                console.LogToStandardErrorThreshold = LogLevel.Trace;

                // Lines are written by I/O threads: whoever does not read our log must not stop the relay.
                console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite;
            });
            logging.Services.Configure<ConsoleLoggerOptions>(console => console.FormatterName = NameOf(options.Format));
            if (file is not null)
            {
                // What the file has to say of itself would only be lost with the rest.
                logging.AddFilter<FileLoggerProvider>(LogLoss.Category, LogLevel.None);
                logging.Services.AddSingleton<ILoggerProvider>(services => new FileLoggerProvider(
                    file, FileLoggerProvider.Find(services.GetServices<ConsoleFormatter>(), NameOf(options.Format)),
                    loss));
            }
        });
        loss.TellTo(loggers.CreateLogger(LogLoss.Category), options.File ?? string.Empty);
        return loggers;
    }

    private static string NameOf(LogFormat format) => format switch
    {
        LogFormat.Systemd => ConsoleFormatterNames.Systemd,
        LogFormat.Json => ConsoleFormatterNames.Json,
        _ => ConsoleFormatterNames.Simple,
    };

    private static void AddFormat(ILoggingBuilder logging, LogFormat format)
    {
        switch (format)
        {
            case LogFormat.Systemd:
                // The journal has the time of each line.
                logging.AddSystemdConsole();
                break;
            case LogFormat.Json:
                logging.AddJsonConsole(static json =>
                {
                    json.TimestampFormat = TimestampFormat;
                    json.UseUtcTimestamp = true;
                });
                break;
            default:
                logging.AddSimpleConsole(static simple =>
                {
                    simple.SingleLine = true;
                    simple.TimestampFormat = TimestampFormat + " ";
                    simple.UseUtcTimestamp = true;
                    simple.ColorBehavior = LoggerColorBehavior.Default;
                });
                break;
        }
    }
}
