using System.Collections.Generic;
using System.CommandLine;
using System.CommandLine.Parsing;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>Words a command line that cannot be parsed as one line: what is wrong, and one hint.</summary>
internal static class UsageErrors
{
    internal static string Describe(ParseResult parsed)
    {
        // Messages of our own bring a hint and end without a full stop; the parser's do neither.
        IReadOnlyList<ParseError> errors = parsed.Errors;
        foreach (ParseError error in errors)
        {
            if (!error.Message.EndsWith('.'))
            {
                return error.Message;
            }
        }

        return $"{FaultOf(parsed, errors[0])}; see {PathOf(parsed.CommandResult)} --help";
    }

    // The words that lead to the command, as in npfast key show.
    private static string PathOf(CommandResult command) =>
        command.Parent is CommandResult parent ? $"{PathOf(parent)} {command.Command.Name}" : "npfast";

    private static string FaultOf(ParseResult parsed, ParseError error)
    {
        // What nobody expected is the cause; whatever is missing because of it is not.
        if (parsed.UnmatchedTokens.Count > 0)
        {
            return $"'{parsed.UnmatchedTokens[0]}' is not expected here";
        }

        if (error.SymbolResult is ArgumentResult { Tokens.Count: 0, Parent: CommandResult } missing)
        {
            return $"{missing.Argument.Name} is missing";
        }

        return char.ToLowerInvariant(error.Message[0]) + error.Message[1..^1];
    }
}
