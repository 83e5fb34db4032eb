using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;

namespace NetworkProtocol.Fast.Configuration;

/// <summary>
/// A configuration: defaults, a TOML file, variables of the environment and values that a program sets, each
/// overriding those before it, and where every value comes from. What is wrong is collected, so that all of it can be
/// told at once; <see cref="Validate"/> throws it. Not thread-safe.
/// </summary>
/// <remarks>The keys are in docs/CONFIGURATION.md.</remarks>
public sealed partial class NetworkConfiguration
{
    private const int FileBytesMax = 16 << 20;

    private readonly Dictionary<ConfigurationSection, List<ConfigurationItem>> items = [];
    private readonly List<ConfigurationError> errors = [];
    private readonly HashSet<(ConfigurationItem Item, ConfigurationKey Key)> bad = [];

    /// <summary>What was found wrong so far, without what <see cref="Validate"/> finds.</summary>
    public IReadOnlyList<ConfigurationError> Errors => errors;

    /// <summary>A configuration with all layers: defaults, a file, the environment.</summary>
    /// <param name="path">The TOML file; null for none.</param>
    /// <param name="environment">Variables; null for those of the process.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="ConfigurationException">Something is wrong with it; the exception has all of it.</exception>
    public static NetworkConfiguration Load(string? path, IReadOnlyDictionary<string, string>? environment = null) =>
        Read(path, environment).Validate();

    /// <summary>A configuration out of a TOML text, without the environment.</summary>
    /// <param name="toml">The text.</param>
    /// <param name="source">What errors call it.</param>
    /// <exception cref="ConfigurationException">Something is wrong with it; the exception has all of it.</exception>
    public static NetworkConfiguration Parse(string toml, string source = "text")
    {
        ArgumentNullException.ThrowIfNull(toml);
        var configuration = new NetworkConfiguration();
        new TomlSource(configuration, source).Read(toml);
        return configuration.Validate();
    }

    /// <summary>Overrides one value.</summary>
    /// <param name="key">As in <c>server.max_connections</c>; for an item with its number, <c>upstream.0.nodes</c>,
    /// where the next number makes a new one.</param>
    /// <param name="values">The value, or those of a list, as they would stand in the file.</param>
    /// <returns>This configuration.</returns>
    /// <exception cref="ArgumentException">There is no such key, or the value cannot be used; the message says
    /// why.</exception>
    public NetworkConfiguration Set(string key, params IReadOnlyList<string> values)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(values);
        string[] parts = key.Split('.');
        if (ConfigurationSchema.Find(parts[0]) is not { } section)
        {
            throw new ArgumentException($"there is no section '{parts[0]}'; "
                + NearestName.Advise(parts[0], ConfigurationSchema.SectionNames), nameof(key));
        }

        int index = 0;
        bool isWhole = section.IsList
            ? parts.Length == 3 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out index)
                && index <= Items(section).Count
            : parts.Length == 2;
        if (!isWhole)
        {
            throw new ArgumentException(section.IsList
                ? $"'{key}' names no key of an item; write {section.Name}.NUMBER.KEY, with a number up to "
                    + $"{Items(section).Count}"
                : $"'{key}' names no key; write {section.Name}.KEY", nameof(key));
        }

        ConfigurationKey found = section.Find(parts[^1])
            ?? throw new ArgumentException(TomlSource.UnknownKey(section, parts[^1]), nameof(key));
        if (values.Select(found.Check).FirstOrDefault(static e => e is not null) is { } error)
        {
            throw new ArgumentException($"{found.Path}: {error}", nameof(values));
        }

        if (values.Count != 1 && !found.IsList)
        {
            throw new ArgumentException($"{found.Path}: it takes one value, not {values.Count}", nameof(values));
        }

        ConfigurationOrigin origin = ConfigurationOrigin.Program;
        ConfigurationItem item = !section.IsList ? Single(section, origin)
            : index == Items(section).Count ? Add(section, origin) : Items(section)[index];
        Put(item, found, values, origin);
        return this;
    }

    /// <summary>Checks that nothing is missing and nothing contradicts.</summary>
    /// <returns>This configuration.</returns>
    /// <exception cref="ConfigurationException">Something is wrong; the exception has all of it.</exception>
    public NetworkConfiguration Validate()
    {
        List<ConfigurationError> all = [.. errors, .. ConfigurationRules.Check(this)];
        return all.Count == 0 ? this : throw new ConfigurationException(InOrder(all));
    }

    /// <summary>The layers up to the environment, with errors collected instead of thrown.</summary>
    internal static NetworkConfiguration Read(string? path, IReadOnlyDictionary<string, string>? environment)
    {
        var configuration = new NetworkConfiguration();
        if (path is not null)
        {
            new TomlSource(configuration, path).Read(ReadFile(path));
        }

        EnvironmentSource.Read(configuration, environment ?? ProcessVariables());
        return configuration;
    }

    internal static List<ConfigurationError> InOrder(IEnumerable<ConfigurationError> all) =>
    [
        .. all.OrderBy(static e => e.Origin.Layer == ConfigurationLayer.Default)
            .ThenBy(static e => e.Origin.Layer).ThenBy(static e => e.Origin.Line).ThenBy(static e => e.Origin.Column),
    ];

    internal IReadOnlyList<ConfigurationItem> Items(ConfigurationSection section) =>
        items.TryGetValue(section, out List<ConfigurationItem>? found) ? found : [];

    /// <summary>The only item of a section, made if nothing was said about it.</summary>
    internal ConfigurationItem Single(ConfigurationSection section, ConfigurationOrigin? origin = null) =>
        Items(section) is [var item] ? item : Add(section, origin ?? ConfigurationOrigin.Default);

    internal ConfigurationItem Add(ConfigurationSection section, ConfigurationOrigin origin)
    {
        var item = new ConfigurationItem(section, origin);
        if (!items.TryGetValue(section, out List<ConfigurationItem>? list))
        {
            items.Add(section, list = []);
        }

        list.Add(item);
        return item;
    }

    internal void Clear(ConfigurationSection section) => items.Remove(section);

    /// <summary>Checks and sets a value of a later layer.</summary>
    internal void Put(
        ConfigurationItem item, ConfigurationKey key, IReadOnlyList<string> texts, ConfigurationOrigin origin)
    {
        bool isGood = true;
        foreach (string text in texts)
        {
            if (key.Check(text) is { } error)
            {
                isGood = false;
                Report(origin, $"{key.Path}: {error}");
            }
        }

        if (isGood)
        {
            item.Set(key, new ConfigurationValue(texts, origin));
        }
        else
        {
            NoteBad(item, key);
        }
    }

    internal void Report(ConfigurationOrigin origin, string message) =>
        errors.Add(new ConfigurationError(origin, OnOneLine(message)));

    /// <summary>Something was said that cannot be used: it must not be called missing as well.</summary>
    internal void NoteBad(ConfigurationItem item, ConfigurationKey key) => bad.Add((item, key));

    internal bool IsBad(ConfigurationItem item, ConfigurationKey key) => bad.Contains((item, key));

    /// <summary>Where a value comes from.</summary>
    internal ConfigurationOrigin OriginOf(ConfigurationKey key) =>
        Single(ConfigurationSchema.Find(key.Section)!).OriginOf(key);

    internal ConfigurationError ErrorAt(ConfigurationKey key, string message) => new(OriginOf(key), message);

    /// <summary>A key as whoever said something knows it.</summary>
    internal string Called(ConfigurationKey said, ConfigurationKey? key = null) =>
        OriginOf(said).Calls(key ?? said);

    internal bool IsGiven(ConfigurationKey key) => Single(ConfigurationSchema.Find(key.Section)!).Has(key);

    internal T Get<T>(ConfigurationKey<T> key) => Single(ConfigurationSchema.Find(key.Section)!).Get(key);

    internal List<T> GetAll<T>(ConfigurationKey<T> key) =>
        Single(ConfigurationSchema.Find(key.Section)!).GetAll(key);

    /// <summary>An item's own value, else that of the key which it inherits from.</summary>
    internal T Get<T>(ConfigurationItem item, ConfigurationKey<T> key) =>
        !item.Has(key) && key.Inherits is ConfigurationKey<T> general ? Get(general) : item.Get(key);

    // What stands in a file may hold anything, and goes to a terminal or a log.
    private static string OnOneLine(string message) => message.Replace("\r", "\\r", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal);

    private static string ReadFile(string path)
    {
        // A pipe or a device has no length to ask for, and maybe no end.
        using FileStream file = File.OpenRead(path);
        using var content = new MemoryStream();
        byte[] part = new byte[64 << 10];
        int count;
        while ((count = file.Read(part)) > 0)
        {
            content.Write(part, 0, count);
            if (content.Length > FileBytesMax)
            {
                throw new IOException($"{path} has more than {FileBytesMax} bytes; a configuration has at most that");
            }
        }

        content.Position = 0;
        using var reader = new StreamReader(content);
        return reader.ReadToEnd();
    }

    private static Dictionary<string, string> ProcessVariables()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            variables[(string)variable.Key] = variable.Value as string ?? string.Empty;
        }

        return variables;
    }
}
