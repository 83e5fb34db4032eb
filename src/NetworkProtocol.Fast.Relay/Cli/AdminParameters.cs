using System.Collections.Generic;
using System.CommandLine;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Relay.Admin;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>The options of <c>npfast relay</c> about its admin listener.</summary>
internal static class AdminParameters
{
    private const string Remote = "remote";

    internal static Option<Endpoint?> Listen { get; } = Parameters.Option<Endpoint?>(
        "--admin", "URI", "Where metrics, health and the status page are, over HTTP: tcp://127.0.0.1:PORT or "
        + "unix:///PATH; nowhere unless given", ValueParsers.AdminUri!);

    internal static Option<string?> TokenFile { get; } = Parameters.Option<string?>(
        "--admin-token-file", "FILE", "A file with the token that changes need, readable for its owner alone",
        ValueParsers.FilePath);

    internal static Option<string?> Access { get; } = Parameters.Option<string?>(
        "--admin-access", "local|remote", "Whether other machines may reach the admin listener; local unless given",
        ParseAccess);

    internal static IReadOnlyList<Option> All { get; } = [Listen, TokenFile, Access];

    /// <returns>Null when there is to be no admin listener.</returns>
    /// <exception cref="UsageException">The options contradict each other.</exception>
    internal static AdminOptions? ToOptions(ParseResult parsed)
    {
        Endpoint? endpoint = parsed.GetValue(Listen);
        if (endpoint is null)
        {
            RequireListener(parsed, TokenFile);
            RequireListener(parsed, Access);
            return null;
        }

        bool isRemote = parsed.GetValue(Access) == Remote;
        if (!endpoint.IsLoopback && !isRemote)
        {
            throw new UsageException($"{Listen.Name}: {endpoint} can be reached from other machines; use a loopback "
                + $"address or a Unix socket, or write {Access.Name} {Remote}");
        }

        return new AdminOptions
        {
            Endpoint = endpoint,
            AllowRemote = isRemote,
            TokenFile = parsed.GetValue(TokenFile),
        };
    }

    /// <summary>The token that changes need; null for none.</summary>
    /// <exception cref="System.IO.IOException">It cannot be read, or used.</exception>
    /// <exception cref="UsageException">There is none and there has to be one.</exception>
    internal static AdminToken? TokenOf(AdminOptions options)
    {
        AdminToken? token = AdminToken.Find(options.TokenFile);
        return token is not null || options.Endpoint.IsLoopback
            ? token
            : throw new UsageException($"{Listen.Name}: {options.Endpoint} can be reached from other machines, so it "
                + $"needs a token; name its file with {TokenFile.Name}, or set {AdminToken.Variable}");
    }

    private static void RequireListener(ParseResult parsed, Option option)
    {
        if (TrustOptions.IsGiven(parsed, option))
        {
            throw new UsageException(
                $"{option.Name} needs an admin listener; give one with {Listen.Name}, or leave it out");
        }
    }

    private static string? ParseAccess(string text, out string? value)
    {
        value = text;
        return text is "local" or Remote ? null : $"'{text}' is unknown; use local or remote";
    }
}
