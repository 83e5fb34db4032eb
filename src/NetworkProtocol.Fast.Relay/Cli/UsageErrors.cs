using System.CommandLine;
using System.CommandLine.Parsing;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>Words a command line that cannot be parsed as one line: what is wrong, and one hint.</summary>
internal static class UsageErrors
{
    internal static string Describe(ParseResult parsed)
    {
        // An unknown option also leaves its value over; the first message is the cause, the others its echo.
        string message = parsed.Errors[0].Message;

        // Messages of our own are lower case, end without a full stop and bring a hint; those of the parser are neither.
        if (!message.EndsWith('.'))
        {
            return message;
        }

        string path = parsed.CommandResult.Command is RootCommand ? "npfast" : "npfast " + parsed.CommandResult.Command.Name;
        return $"{char.ToLowerInvariant(message[0])}{message[1..^1]}; see {path} --help";
    }
}
