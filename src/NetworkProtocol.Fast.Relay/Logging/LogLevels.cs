using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.Extensions.Logging;
using NetworkProtocol.Fast.Configuration;

namespace NetworkProtocol.Fast.Relay.Logging;

/// <summary>
/// Which lines are written, by category, changeable while the relay runs. Asked for every line that could be written,
/// so what a category's level is, is remembered until something changes. Thread-safe.
/// </summary>
internal sealed class LogLevels
{
    private readonly Lock change = new();
    private Rules rules;

    internal LogLevels(LoggingOptions options) => rules = Rules.Of(options.Level, options.Categories);

    /// <summary>The level of categories that have none of their own.</summary>
    internal LogLevel Level => Volatile.Read(ref rules).Level;

    /// <summary>Categories with a level of their own, by their full names.</summary>
    internal IReadOnlyDictionary<string, LogLevel> Categories => Volatile.Read(ref rules).ByCategory;

    internal bool IsEnabled(string? category, LogLevel level) =>
        level >= Volatile.Read(ref rules).LevelOf(category ?? string.Empty) && level != LogLevel.None;

    /// <summary>Puts into force what options say otherwise than those of before, and leaves the rest as it is: also
    /// what was changed meanwhile.</summary>
    internal void Change(LoggingOptions before, LoggingOptions after)
    {
        if (after.Level != before.Level)
        {
            Change(null, after.Level);
        }

        foreach (string category in before.Categories.Keys.Except(after.Categories.Keys))
        {
            Change(category, null);
        }

        foreach ((string category, LogLevel level) in after.Categories.Except(before.Categories))
        {
            Change(category, level);
        }
    }

    /// <summary>Changes the level of one category, or that of all which have none of their own.</summary>
    /// <param name="category">Null for the latter.</param>
    /// <param name="level">Null lets the category have none of its own any more.</param>
    internal void Change(string? category, LogLevel? level)
    {
        lock (change)
        {
            Rules before = rules;
            var categories = new Dictionary<string, LogLevel>(before.ByCategory, StringComparer.OrdinalIgnoreCase);
            if (category is null)
            {
                Volatile.Write(ref rules, Rules.Of(level ?? before.Level, categories));
                return;
            }

            categories.Remove(LogCategories.FullNameOf(category));
            if (level is { } given)
            {
                categories.Add(LogCategories.FullNameOf(category), given);
            }

            Volatile.Write(ref rules, Rules.Of(before.Level, categories));
        }
    }

    private sealed class Rules
    {
        private readonly ConcurrentDictionary<string, LogLevel> known = new(StringComparer.Ordinal);

        private Rules(LogLevel level, Dictionary<string, LogLevel> byCategory)
        {
            Level = level;
            ByCategory = byCategory;
        }

        internal LogLevel Level { get; }

        internal Dictionary<string, LogLevel> ByCategory { get; }

        internal static Rules Of(LogLevel level, IReadOnlyDictionary<string, LogLevel> categories)
        {
            var byCategory = new Dictionary<string, LogLevel>(StringComparer.OrdinalIgnoreCase);
            foreach ((string category, LogLevel own) in categories)
            {
                byCategory[LogCategories.FullNameOf(category)] = own;
            }

            return new Rules(level, byCategory);
        }

        // Categories are names in our code, so there are few.
        internal LogLevel LevelOf(string category) =>
            known.TryGetValue(category, out LogLevel level) ? level : known.GetOrAdd(category, Find(category));

        private LogLevel Find(string category)
        {
            LogLevel found = Level;
            int longest = 0;
            foreach ((string name, LogLevel level) in ByCategory)
            {
                if (name.Length > longest && category.StartsWith(name, StringComparison.OrdinalIgnoreCase)
                    && (category.Length == name.Length || category[name.Length] == '.'))
                {
                    found = level;
                    longest = name.Length;
                }
            }

            return found;
        }
    }
}
