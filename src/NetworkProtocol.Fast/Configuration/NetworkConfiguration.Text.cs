using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;

namespace NetworkProtocol.Fast.Configuration;

/// <summary>What is in force, as text.</summary>
public sealed partial class NetworkConfiguration
{
    /// <summary>Every value in force and where it comes from, in the order of the reference. Secrets are ***.</summary>
    public IEnumerable<ConfigurationEntry> Entries()
    {
        foreach (ConfigurationSection section in ConfigurationSchema.Sections)
        {
            IReadOnlyList<ConfigurationItem> all = section.IsList ? Items(section) : [Single(section)];
            for (int i = 0; i < all.Count; i++)
            {
                string prefix = section.IsList
                    ? string.Create(CultureInfo.InvariantCulture, $"{section.Name}.{i}.")
                    : section.Name + ".";
                foreach (ConfigurationKey key in section.Keys)
                {
                    yield return EntryOf(all[i], key, prefix + key.Name);
                    if (key.Secret is { } secret && SecretOrigin(all[i], key) is { } origin)
                    {
                        yield return new ConfigurationEntry(prefix + secret, "***", origin);
                    }
                }
            }
        }
    }

    internal static bool IsSet(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 };

    // Where the secret itself is, which is not where the configuration says so.
    private static ConfigurationOrigin? SecretOrigin(ConfigurationItem item, ConfigurationKey key) =>
        item.Find(key) is { Texts: [var source, ..] } given ? new(given.Origin.Layer, source)
        : key.SecretVariable is { } variable && IsSet(variable) ? new(ConfigurationLayer.Environment, variable)
        : null;

    /// <summary>What differs from the defaults as TOML, which <see cref="Parse"/> reads again.</summary>
    public string ToToml()
    {
        var text = new StringBuilder();
        foreach (ConfigurationSection section in ConfigurationSchema.Sections)
        {
            foreach (ConfigurationItem item in Items(section))
            {
                ConfigurationKey[] given = [.. section.Keys.Where(item.Has)];
                if (given.Length == 0)
                {
                    continue;
                }

                text.Append(text.Length > 0 ? "\n" : string.Empty).Append(section.Header).Append('\n');
                foreach (ConfigurationKey key in given)
                {
                    text.Append(key.Name).Append(" = ").Append(TomlText.Write(key, item.Find(key)!.Texts)).Append('\n');
                }
            }
        }

        return text.ToString();
    }

    /// <summary>Writes <see cref="ToToml"/> to a file, whole or not at all.</summary>
    /// <param name="path">The file. One that is there is replaced and keeps its mode, and a link keeps to where it
    /// leads.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string place = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path);
        string draft = $"{place}.{Path.GetRandomFileName()}.tmp";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows() && File.Exists(place))
        {
            options.UnixCreateMode = File.GetUnixFileMode(place);
        }

        try
        {
            using (var file = new FileStream(draft, options))
            {
                file.Write(Encoding.UTF8.GetBytes(ToToml()));
                file.Flush(flushToDisk: true);
            }

            File.Move(draft, place, overwrite: true);
        }
        finally
        {
            File.Delete(draft);
        }
    }

    private ConfigurationEntry EntryOf(ConfigurationItem item, ConfigurationKey key, string path)
    {
        ConfigurationValue? value = item.Find(key);
        if (value is null && key.Inherits is { } general)
        {
            value = Single(ConfigurationSchema.Find(general.Section)!).Find(general);
            if (value is null && general.DefaultText is { } inherited)
            {
                return new ConfigurationEntry(path, TomlText.Write(key, [inherited]), ConfigurationOrigin.Default);
            }
        }

        string shown = value is not null ? TomlText.Write(key, value.Texts)
            : key.DefaultText is { } text && key.Otherwise is null ? TomlText.Write(key, [text])
            : $"({key.Otherwise ?? "none"})";
        return new ConfigurationEntry(path, shown, value?.Origin ?? ConfigurationOrigin.Default);
    }
}
