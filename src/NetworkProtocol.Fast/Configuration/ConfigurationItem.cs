using System.Collections.Generic;

namespace NetworkProtocol.Fast.Configuration;

/// <summary>One occurrence of a section, with the values that were given there.</summary>
internal sealed class ConfigurationItem(ConfigurationSection section, ConfigurationOrigin origin)
{
    private readonly Dictionary<ConfigurationKey, ConfigurationValue> values = [];

    internal ConfigurationSection Section { get; } = section;

    /// <summary>Where it begins.</summary>
    internal ConfigurationOrigin Origin { get; } = origin;

    internal ConfigurationValue? Find(ConfigurationKey key) => values.GetValueOrDefault(key);

    internal void Set(ConfigurationKey key, ConfigurationValue value) => values[key] = value;

    internal void Remove(ConfigurationKey key) => values.Remove(key);

    internal bool Has(ConfigurationKey key) => values.ContainsKey(key);

    /// <summary>The value that was given for a key, else its default.</summary>
    internal T Get<T>(ConfigurationKey<T> key) =>
        Find(key) is { Texts: [var text, ..] } ? key.Read(text) : key.Default;

    /// <summary>The values of a list; none when nothing was said.</summary>
    internal List<T> GetAll<T>(ConfigurationKey<T> key)
    {
        var all = new List<T>();
        foreach (string text in Find(key)?.Texts ?? [])
        {
            all.Add(key.Read(text));
        }

        return all;
    }

    /// <summary>Where to point at when something about a key is wrong.</summary>
    internal ConfigurationOrigin OriginOf(ConfigurationKey key) => Find(key)?.Origin ?? Origin;
}
