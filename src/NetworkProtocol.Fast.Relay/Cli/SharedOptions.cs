using System;
using System.CommandLine;
using System.IO;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Packets;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>Options that mean the same in every command that has them.</summary>
internal static class SharedOptions
{
    /// <summary>Read before any command runs, because the socket threads are set up by the first socket.</summary>
    internal static Option<int> Workers { get; } = Parameters.Option(
        "--workers", "N", "Threads that handle sockets; 0 takes one for each processor",
        ValueParsers.Integer(0, 1024), 0);

    /// <summary>The value of <see cref="Workers"/>, for a relay that of limits.workers; 0 when no command runs but help
    /// or an error.</summary>
    internal static int WorkersOf(ParseResult parsed)
    {
        if (parsed.Action is not { } action || action != parsed.CommandResult.Command.Action)
        {
            return 0;
        }

        if (parsed.CommandResult.Command.Name != RelayCommand.Name)
        {
            return parsed.GetValue(Workers);
        }

        try
        {
            return RelayConfiguration.WorkersOf(parsed);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The command itself will say so.
            return 0;
        }
    }

    internal static Option<SessionKind> Session { get; } = Parameters.Option<SessionKind>(
        "--session", "plain|secure", "How connections are protected; secure on tcp, plain on unix unless given",
        ValueParsers.Session);

    internal static Option<CompressionOptions?> Compression { get; } = Parameters.Option<CompressionOptions?>(
        "--compress", "none|lz4[:LEVEL]|zstd[:LEVEL]",
        "Compresses payloads from 512 bytes on if the peer can read it; none unless given", ValueParsers.Compression);

    internal static Option<Duration> Timeout { get; } = Parameters.Option(
        "--timeout", "TIME", "Time to connect, and then for each reply",
        ValueParsers.DurationOf(Duration.Milliseconds(1), new Duration(TimeSpan.FromDays(1))), Duration.Seconds(5));

    internal static Option<string?> State { get; } = Parameters.Option<string?>(
        "--state", "DIRECTORY",
        "Where keys and known hosts are kept; $STATE_DIRECTORY, $XDG_STATE_HOME/npfast or "
        + "~/.local/state/npfast unless given",
        ValueParsers.FilePath);
}
