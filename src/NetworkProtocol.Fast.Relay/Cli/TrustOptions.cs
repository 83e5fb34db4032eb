using System.Collections.Generic;
using System.CommandLine;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Session;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>Options of commands that connect as a client: which server is trusted, and who the client is.</summary>
internal static class TrustOptions
{
    internal static Option<IReadOnlyList<KeyFingerprint>> Pins { get; } = Parameters.Repeatable<KeyFingerprint>(
        "--pin", "FINGERPRINT", "Trusts a server with this key and no other; repeatable", ValueParsers.Fingerprint);

    internal static Option<string?> KnownHosts { get; } = Parameters.Option<string?>(
        "--known-hosts", "FILE", "Servers and their keys; known_hosts in the state directory unless given",
        ValueParsers.FilePath);

    internal static Option<bool> FirstUse { get; } = Parameters.Flag(
        "--trust-first-use", "Trusts a server that is not known yet, and records its key");

    internal static Option<bool> AnyKey { get; } = Parameters.Flag(
        "--insecure-any-key", "Trusts whoever answers, a man in the middle included");

    internal static Option<string?> Identity { get; } = Parameters.Option<string?>(
        "--identity", "FILE", "Private key to prove to the server; anonymous unless given", ValueParsers.FilePath);

    /// <summary>All of them, for the command; they need a secure session.</summary>
    internal static IReadOnlyList<Option> All { get; } = [Pins, KnownHosts, FirstUse, AnyKey, Identity];

    internal static void AddTo(Command command)
    {
        command.Add(SharedOptions.Session);
        foreach (Option option in All)
        {
            command.Add(option);
        }

        foreach (Option option in CertificateOptions.All)
        {
            command.Add(option);
        }

        command.Add(SharedOptions.State);
    }

    /// <summary>The first of them that the command line holds; null when there is none.</summary>
    internal static Option? FirstGiven(ParseResult parsed)
    {
        foreach (Option option in All)
        {
            if (IsGiven(parsed, option))
            {
                return option;
            }
        }

        return null;
    }

    internal static bool IsGiven(ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };
}
