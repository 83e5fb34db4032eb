using System;
using System.CommandLine;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Relay.Admin;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Cli.Control;

/// <summary>The options of the commands that talk to a running relay.</summary>
internal static class ControlParameters
{
    /// <summary>Names the admin listener when no option does.</summary>
    private const string Variable = "NPFAST_ADMIN";

    internal static Option<Endpoint?> Address { get; } = Parameters.Option<Endpoint?>(
        "--admin", "URI", $"The relay's admin listener: tcp://HOST:PORT or unix:///PATH; ${Variable} unless given",
        ValueParsers.AdminUri!);

    internal static Option<string?> TokenFile { get; } = Parameters.Option<string?>(
        "--token-file", "FILE", $"A file with the relay's admin token; ${AdminToken.Variable} unless given",
        ValueParsers.FilePath);

    internal static Option<bool> Json { get; } = Parameters.Flag("--json", "Prints the relay's JSON document");

    /// <summary>Makes a command that asks a relay.</summary>
    internal static Command Command(string name, string description, params Option[] options)
    {
        var command = new Command(name, description) { Address, TokenFile, SharedOptions.Timeout };
        foreach (Option option in options)
        {
            command.Add(option);
        }

        return command;
    }

    /// <exception cref="UsageException">No relay is named.</exception>
    internal static AdminClient Open(ParseResult parsed)
    {
        Endpoint? endpoint = parsed.GetValue(Address);
        if (endpoint is null)
        {
            string? named = Environment.GetEnvironmentVariable(Variable);
            if (string.IsNullOrEmpty(named))
            {
                throw new UsageException($"which relay? name its admin listener with {Address.Name} or {Variable}, "
                    + "as the relay was given it");
            }

            if (ValueParsers.AdminUri(named, out endpoint) is { } error)
            {
                throw new UsageException($"{Variable}: {error}");
            }
        }

        return new AdminClient(
            endpoint, AdminToken.Text(parsed.GetValue(TokenFile)), parsed.GetValue(SharedOptions.Timeout).Span);
    }
}
