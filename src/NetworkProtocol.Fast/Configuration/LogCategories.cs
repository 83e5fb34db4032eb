using System;
using System.Linq;

namespace NetworkProtocol.Fast.Configuration;

/// <summary>Categories of the log: this library's and npfast's by their short names, others by full ones, which have a
/// dot.</summary>
internal static class LogCategories
{
    private const int CharactersMax = 256;

    private static readonly string[] own =
        ["access", "server", "client", "link", "forwarding", "relay", "admin", "log"];

    /// <summary>What is wrong with a name, and what to write; null when nothing is.</summary>
    internal static string? Fault(string name)
    {
        if (name.Length is 0 or > CharactersMax)
        {
            return $"the name of a category has 1 to {CharactersMax} characters; this one has {name.Length}";
        }

        string shortName = ShortNameOf(name);
        return shortName.Contains('.', StringComparison.Ordinal) || own.Contains(shortName.ToLowerInvariant())
            ? null
            : $"there is no category '{shortName}'; {NearestName.Advise(shortName, own)}";
    }

    /// <summary>The name that lines are written with.</summary>
    internal static string FullNameOf(string name) =>
        name.Contains('.', StringComparison.Ordinal) ? name : LoggingOptions.CategoryPrefix + name;

    private static string ShortNameOf(string name) =>
        name.StartsWith(LoggingOptions.CategoryPrefix, StringComparison.OrdinalIgnoreCase)
            ? name[LoggingOptions.CategoryPrefix.Length..]
            : name;
}
