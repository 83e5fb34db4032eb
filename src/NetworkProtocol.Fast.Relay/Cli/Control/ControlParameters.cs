using System;
using System.CommandLine;
using System.Globalization;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Relay.Admin;
using NetworkProtocol.Fast.Relay.Forwarding;
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
        "--token-file", "FILE",
        $"A file with the relay's admin token, or env:NAME for a variable; ${AdminKeys.TokenVariable} unless given",
        ValueParsers.SecretSource);

    internal static Option<bool> Json { get; } = Parameters.Flag("--json", "Prints the relay's JSON document");

    /// <summary>For <c>reload</c>, which waits for new nodes, and first for a reload that is under way.</summary>
    internal static Option<Duration> ReloadTimeout { get; } = Parameters.Option(
        SharedOptions.Timeout.Name, "TIME",
        string.Create(CultureInfo.InvariantCulture,
            $"Time to answer; new nodes alone may take {RelayNode.Patience.TotalSeconds} s to be connected"),
        ValueParsers.DurationOf(Duration.Milliseconds(1), new Duration(TimeSpan.FromDays(1))), Duration.Seconds(30));

    /// <summary>Makes a command that asks a relay.</summary>
    internal static Command Command(string name, string description, params Option[] options) =>
        CommandWithin(SharedOptions.Timeout, name, description, options);

    /// <summary>Makes a command that asks a relay and has its own option for the time.</summary>
    internal static Command CommandWithin(
        Option<Duration> timeout, string name, string description, params Option[] options)
    {
        var command = new Command(name, description) { Address, TokenFile, timeout };
        foreach (Option option in options)
        {
            command.Add(option);
        }

        return command;
    }

    /// <exception cref="UsageException">No relay is named.</exception>
    internal static AdminClient Open(ParseResult parsed, Option<Duration>? timeout = null)
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
            endpoint, AdminToken.Text(parsed.GetValue(TokenFile)),
            parsed.GetValue(timeout ?? SharedOptions.Timeout).Span);
    }
}
