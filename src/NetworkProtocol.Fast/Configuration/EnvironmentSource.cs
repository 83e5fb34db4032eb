using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace NetworkProtocol.Fast.Configuration;

/// <summary>
/// Reads variables into a configuration: <c>NETWORK_PROTOCOL_SERVER_MAX_CONNECTIONS</c> for a key of a section, and
/// <c>NETWORK_PROTOCOL_UPSTREAM_0_NODES</c> for one of an item, counted from 0. The section may be left out where the
/// name of the key is in no other section. Lists are divided by commas. An empty variable says nothing, and one that
/// Kubernetes sets for a Service of such a name is none.
/// </summary>
internal static class EnvironmentSource
{
    internal const string Prefix = "NETWORK_PROTOCOL_";

    internal static string NameOf(ConfigurationSection section, ConfigurationKey key, int? index) =>
        Prefix + section.Name.ToUpperInvariant()
        + (index is { } number ? string.Create(CultureInfo.InvariantCulture, $"_{number}_") : "_")
        + key.Name.ToUpperInvariant();

    internal static void Read(NetworkConfiguration configuration, IReadOnlyDictionary<string, string> variables)
    {
        var given = variables
            .Where(static v => v.Key.StartsWith(Prefix, StringComparison.Ordinal) && v.Value.Length > 0)
            .Select(static v => (Name: v.Key, v.Value, Target: Resolve(v.Key)))
            .OrderBy(static v => v.Target.Index ?? -1).ThenBy(static v => v.Name, StringComparer.Ordinal);
        foreach ((string name, string value, Target target) in given)
        {
            var origin = new ConfigurationOrigin(ConfigurationLayer.Environment, name);
            if (target.Key is not { } key)
            {
                if (!ServiceVariables.Contain(name, value))
                {
                    configuration.Report(origin, target.Fault!);
                }

                continue;
            }

            ConfigurationSection section = ConfigurationSchema.Find(key.Section)!;
            if (target.Index is not { } index)
            {
                configuration.Put(configuration.Single(section, origin), key, Texts(key, value), origin);
                continue;
            }

            int count = configuration.Items(section).Count;
            if (index > count)
            {
                configuration.Report(origin, $"there are {count} of {section.Header}, so the next one is number "
                    + $"{count}; write {NameOf(section, key, count)}");
                continue;
            }

            ConfigurationItem item = index == count
                ? configuration.Add(section, origin)
                : configuration.Items(section)[index];
            configuration.Put(item, key, Texts(key, value), origin);
        }
    }

    internal static IReadOnlyList<string> Texts(ConfigurationKey key, string value) =>
        key.IsList ? value.Split(',', StringSplitOptions.TrimEntries) : [value];

    /// <summary>The key that a variable's name would be the short one of, if it were not another key's whole
    /// name; null for most.</summary>
    internal static ConfigurationKey? OverruledBy(string variable)
    {
        ConfigurationKey[] found = ByShortName(RestOf(variable));
        return found.Length == 1 && ByWholeName(RestOf(variable)) is { Key: not null } ? found[0] : null;
    }

    private static string RestOf(string variable) => variable[Prefix.Length..].ToLowerInvariant();

    // A whole name comes before a short one: every key has the one, and not every key the other.
    private static Target Resolve(string variable)
    {
        string rest = RestOf(variable);
        Target? whole = ByWholeName(rest);
        if (whole is { Key: not null } target)
        {
            return target;
        }

        ConfigurationKey[] found = ByShortName(rest);
        return found switch
        {
            [var only] => new(only, null, null),
            [] => whole ?? new(null, null, "no key has this name; " + (NearestName.Find(rest, AllNames()) is { } near
                ? $"did you mean '{Prefix}{near.ToUpperInvariant()}'?"
                : "'npfast config example' shows all keys")),
            _ => new(null, null, "several sections have this key; use one of: " + string.Join(", ",
                found.Select(static k => NameOf(ConfigurationSchema.Find(k.Section)!, k, null)))),
        };
    }

    private static ConfigurationKey[] ByShortName(string rest) =>
    [
        .. ConfigurationSchema.Sections.Where(static s => !s.IsList).Select(s => s.Find(rest))
            .OfType<ConfigurationKey>(),
    ];

    // With a fault where the name begins as one of the section does; null where it begins as none.
    private static Target? ByWholeName(string rest)
    {
        ConfigurationSection? section = ConfigurationSchema.Sections.FirstOrDefault(
            s => rest.StartsWith(s.Name + "_", StringComparison.Ordinal));
        if (section is null)
        {
            return null;
        }

        string name = rest[(section.Name.Length + 1)..];
        int? index = null;
        if (section.IsList)
        {
            int end = name.IndexOf('_', StringComparison.Ordinal);
            if (end <= 0 || !int.TryParse(name.AsSpan(0, end), NumberStyles.None, CultureInfo.InvariantCulture,
                out int number))
            {
                return new(null, null, $"{section.Header} may occur many times, so give a number; write "
                    + $"{Prefix}{section.Name.ToUpperInvariant()}_0_KEY");
            }

            index = number;
            name = name[(end + 1)..];
        }

        return section.Find(name) is { } key
            ? new(key, index, null)
            : new(null, index, TomlSource.UnknownKey(section, name));
    }

    private static IEnumerable<string> AllNames() => ConfigurationSchema.Sections.SelectMany(static s =>
        s.Keys.Select(k => s.IsList ? $"{s.Name}_0_{k.Name}" : $"{s.Name}_{k.Name}"));

    private readonly record struct Target(ConfigurationKey? Key, int? Index, string? Fault);
}
