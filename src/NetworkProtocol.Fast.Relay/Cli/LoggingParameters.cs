using System;
using System.Collections.Generic;
using System.CommandLine;
using Microsoft.Extensions.Logging;
using NetworkProtocol.Fast.Configuration;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>The options of <c>npfast relay</c> about its log, but for the level.</summary>
internal static class LoggingParameters
{
    private static readonly LoggingOptions Defaults = new();

    internal static Option<IReadOnlyList<(string Category, LogLevel Level)>> Categories { get; } =
        Parameters.Repeatable<(string, LogLevel)>(
            "--log-category", "NAME=LEVEL", "Level of one category: access, server, link, forwarding, relay; "
            + "repeatable", Category);

    internal static Option<LogFormat> Format { get; } = Parameters.Option(
        "--log-format", "FORMAT", "simple, systemd or json", FormatOf, LogFormat.Simple);

    internal static Option<string?> File { get; } = Parameters.Option<string?>(
        "--log-file", "FILE", "Appends the log to a file as well", ValueParsers.FilePath);

    internal static Option<ByteSize> FileSize { get; } = Parameters.Option(
        "--log-file-size", "SIZE", "A log file that would grow beyond it is put aside, as FILE.1",
        ValueParsers.SizeOf(new ByteSize(LoggingOptions.FileBytesMin), new ByteSize(1L << 40)),
        new ByteSize(Defaults.FileBytesMax));

    internal static Option<int> Files { get; } = Parameters.Option(
        "--log-files", "N", "Most log files, the one that is written included",
        ValueParsers.Integer(1, 1000), Defaults.FilesMax);

    internal static IReadOnlyList<Option> All { get; } = [Categories, Format, File, FileSize, Files];

    /// <exception cref="UsageException">The options contradict each other.</exception>
    internal static LoggingOptions ToOptions(ParseResult parsed)
    {
        var categories = new Dictionary<string, LogLevel>(StringComparer.OrdinalIgnoreCase);
        foreach ((string category, LogLevel level) in parsed.GetValue(Categories) ?? [])
        {
            if (!categories.TryAdd(category, level))
            {
                throw new UsageException($"{Categories.Name}: '{category}' is given twice; keep one of them");
            }
        }

        if (parsed.GetValue(File) is null)
        {
            RequireFile(parsed, FileSize);
            RequireFile(parsed, Files);
        }

        return Defaults with
        {
            Level = parsed.GetValue(RelayParameters.Level),
            Categories = categories,
            Format = parsed.GetValue(Format),
            File = parsed.GetValue(File),
            FileBytesMax = parsed.GetValue(FileSize).Bytes,
            FilesMax = parsed.GetValue(Files),
        };
    }

    private static void RequireFile(ParseResult parsed, Option option)
    {
        if (TrustOptions.IsGiven(parsed, option))
        {
            throw new UsageException($"{option.Name} needs a log file; name one with {File.Name}, or leave it out");
        }
    }

    private static string? Category(string text, out (string, LogLevel) value)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0)
        {
            value = default;
            return $"'{text}' has no level; write NAME=LEVEL, as in access=none";
        }

        string? error = ValueParsers.Level(text[(equals + 1)..], out LogLevel level);
        value = (text[..equals], level);
        return error;
    }

    private static string? FormatOf(string text, out LogFormat value)
    {
        value = text switch
        {
            "systemd" => LogFormat.Systemd,
            "json" => LogFormat.Json,
            _ => LogFormat.Simple,
        };
        return text is "simple" or "systemd" or "json"
            ? null
            : $"log format '{text}' is unknown; use simple, systemd or json";
    }
}
