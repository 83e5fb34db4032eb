using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Linq;
using NetworkProtocol.Fast.Configuration;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>Puts the options of a command line into a configuration, as its last layer. Their values have passed the
/// parsers of the keys already.</summary>
internal static class CommandLineLayer
{
    internal static void Apply(ParseResult parsed, NetworkConfiguration configuration)
    {
        foreach (ConfigurationKey key in ConfigurationSchema.Keys)
        {
            if (key.Flag is { } flag && Given(parsed, flag) is { } texts)
            {
                ApplyOne(configuration, key, texts);
            }
        }

        foreach (string text in Given(parsed, RelayParameters.Upstreams.Name) ?? [])
        {
            (string name, string nodes) = Split(text, text.IndexOf('=', StringComparison.Ordinal));
            ConfigurationOrigin origin = OriginOf(RelayParameters.Upstreams.Name);
            ConfigurationItem item = Earlier(configuration, UpstreamKeys.Section, UpstreamKeys.Id, name)
                ?? configuration.Add(UpstreamKeys.Section, origin);
            configuration.Put(item, UpstreamKeys.Id, [name], origin);
            configuration.Put(item, UpstreamKeys.Nodes, nodes.Split(','), origin);
        }

        foreach (string text in Given(parsed, RelayParameters.Routes.Name) ?? [])
        {
            (string match, string target) = Split(text, text.LastIndexOf('='));
            ConfigurationOrigin origin = OriginOf(RelayParameters.Routes.Name);
            ConfigurationItem item = Earlier(configuration, RouteKeys.Section, RouteKeys.Match, match)
                ?? configuration.Add(RouteKeys.Section, origin);
            configuration.Put(item, RouteKeys.Match, [match], origin);
            configuration.Put(item, RouteKeys.To, [target], origin);
        }

        ApplySessions(parsed, configuration);
        ApplyPins(parsed, configuration);
        ApplyTls(parsed, configuration);
        ApplyClients(parsed, configuration);
    }

    private static void ApplyOne(NetworkConfiguration configuration, ConfigurationKey key, string[] texts)
    {
        ConfigurationItem item = configuration.Single(ConfigurationSchema.Find(key.Section)!);
        ConfigurationOrigin origin = OriginOf(key.Flag!);
        if (key == ServerKeys.Address)
        {
            // Whoever says where to listen means there and nowhere else.
            configuration.Clear(ListenerKeys.Section);
        }

        if (key == TlsKeys.Certificates)
        {
            // Certificates bring their own keys.
            item.Remove(TlsKeys.PrivateKeys);
        }

        if (key == TransportKeys.Compression)
        {
            // A codec brings its own level.
            item.Remove(TransportKeys.CompressionLevel);
            (string codec, string level) = Split(texts[^1], texts[^1].IndexOf(':', StringComparison.Ordinal));
            texts = [codec.Length > 0 ? codec : texts[^1]];
            if (codec.Length > 0 && texts[0] != "none")
            {
                configuration.Put(item, TransportKeys.CompressionLevel, [level], origin);
            }
        }

        configuration.Put(item, key, [.. texts.SelectMany(t => Divide(key, t))], origin);
    }

    /// <summary>The values in one of an option.</summary>
    internal static string[] Divide(ConfigurationKey key, string text) =>
        key.IsDividedByCommas ? text.Split(',') : [text];

    private static void ApplySessions(ParseResult parsed, NetworkConfiguration configuration)
    {
        string flag = RelaySecurityParameters.UpstreamSessions.Name;
        foreach (string text in Given(parsed, flag) ?? [])
        {
            (string name, string session) = Split(text, text.IndexOf('=', StringComparison.Ordinal));
            if (FindUpstream(configuration, flag, name) is not { } item)
            {
                continue;
            }

            if (item.Find(UpstreamKeys.Session) is { Origin.Layer: ConfigurationLayer.CommandLine })
            {
                configuration.Report(OriginOf(flag), $"{flag}: '{name}' is given twice; keep one of them");
            }

            configuration.Put(item, UpstreamKeys.Session, [session], OriginOf(flag));
        }
    }

    private static void ApplyTls(ParseResult parsed, NetworkConfiguration configuration)
    {
        ConfigurationKey[] ofCertificates = [UpstreamKeys.Certificate, UpstreamKeys.PrivateKey];
        (string Flag, ConfigurationKey[] Keys)[] flags =
        [
            (RelayTlsParameters.UpstreamRoots.Name, [UpstreamKeys.Roots]),
            (RelayTlsParameters.UpstreamCertificates.Name, ofCertificates),
        ];
        foreach ((string flag, ConfigurationKey[] keys) in flags)
        {
            foreach (string text in Given(parsed, flag) ?? [])
            {
                (string name, string rest) = Split(text, text.IndexOf('=', StringComparison.Ordinal));
                if (FindUpstream(configuration, flag, name) is not { } item)
                {
                    continue;
                }

                if (item.Find(keys[0]) is { Origin.Layer: ConfigurationLayer.CommandLine })
                {
                    configuration.Report(OriginOf(flag), $"{flag}: '{name}' is given twice; keep one of them");
                }

                // A certificate brings its own key.
                string[] values = keys == ofCertificates ? rest.Split(',') : [rest];
                for (int i = 0; i < keys.Length; i++)
                {
                    item.Remove(keys[i]);
                    if (i < values.Length)
                    {
                        configuration.Put(item, keys[i], [values[i]], OriginOf(flag));
                    }
                }
            }
        }
    }

    private static void ApplyPins(ParseResult parsed, NetworkConfiguration configuration)
    {
        string flag = RelaySecurityParameters.UpstreamPins.Name;
        foreach (string text in Given(parsed, flag) ?? [])
        {
            (string name, string pin) = Split(text, text.IndexOf('=', StringComparison.Ordinal));
            if (FindUpstream(configuration, flag, name) is { } item)
            {
                IReadOnlyList<string> before =
                    item.Find(UpstreamKeys.Pins) is { Origin.Layer: ConfigurationLayer.CommandLine } given
                        ? given.Texts
                        : [];
                configuration.Put(item, UpstreamKeys.Pins, [.. before, pin], OriginOf(flag));
            }
        }
    }

    private static void ApplyClients(ParseResult parsed, NetworkConfiguration configuration)
    {
        string flag = RelaySecurityParameters.RouteClients.Name;
        foreach (string text in Given(parsed, flag) ?? [])
        {
            (string match, string clients) = Split(text, RouteParser.EqualsBeforeClients(text));
            ConfigurationItem? item = configuration.Items(RouteKeys.Section)
                .FirstOrDefault(i => i.Get(RouteKeys.Match) == match);
            string? error = item is null ? $"there is no route '{match}'; give it with --route {match}=NAME"
                : item.Find(RouteKeys.Clients) is { Origin.Layer: ConfigurationLayer.CommandLine }
                    ? $"'{match}' is given twice; list its clients in one"
                    : null;
            if (error is not null)
            {
                configuration.Report(OriginOf(flag), $"{flag}: {error}");
                continue;
            }

            configuration.Put(
                item!, RouteKeys.Clients, clients.Split(',', StringSplitOptions.TrimEntries), OriginOf(flag));
        }
    }

    private static ConfigurationItem? FindUpstream(NetworkConfiguration configuration, string flag, string name)
    {
        IReadOnlyList<ConfigurationItem> all = configuration.Items(UpstreamKeys.Section);
        ConfigurationItem? found = all.FirstOrDefault(i => i.Get(UpstreamKeys.Id) == name);
        if (found is null)
        {
            configuration.Report(OriginOf(flag), $"{flag}: '{name}' is no upstream; " + (all.Count == 0
                ? "give one with --upstream"
                : $"use one of: {string.Join(", ", all.Select(static i => i.Get(UpstreamKeys.Id)))}"));
        }

        return found;
    }

    // What a file or the environment says of the same thing is overridden; twice on one command line is a fault.
    private static ConfigurationItem? Earlier(NetworkConfiguration configuration, ConfigurationSection section,
        ConfigurationKey<string?> key, string value) => configuration.Items(section).FirstOrDefault(
            i => i.Get(key) == value && i.OriginOf(key).Layer < ConfigurationLayer.CommandLine);

    private static string[]? Given(ParseResult parsed, string flag)
    {
        foreach (Option option in parsed.CommandResult.Command.Options)
        {
            if (option.Name == flag && parsed.GetResult(option) is { Implicit: false } result)
            {
                return [.. result.Tokens.Select(static t => t.Value)];
            }
        }

        return null;
    }

    private static (string Left, string Right) Split(string text, int at) =>
        at < 0 ? (string.Empty, text) : (text[..at], text[(at + 1)..]);

    private static ConfigurationOrigin OriginOf(string flag) => new(ConfigurationLayer.CommandLine, flag);
}
