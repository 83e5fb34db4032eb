using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
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

    /// <summary>Puts other levels into force, all at once.</summary>
    internal void Set(LogLevel level, IReadOnlyDictionary<string, LogLevel> categories)
    {
        lock (change)
        {
            Volatile.Write(ref rules, Rules.Of(level, categories));
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

            categories.Remove(FullNameOf(category));
            if (level is { } given)
            {
                categories.Add(FullNameOf(category), given);
            }

            Volatile.Write(ref rules, Rules.Of(before.Level, categories));
        }
    }

    private static string FullNameOf(string category) =>
        category.StartsWith(LoggingOptions.CategoryPrefix, StringComparison.OrdinalIgnoreCase)
        || category.StartsWith("Microsoft.", StringComparison.OrdinalIgnoreCase)
        || category.StartsWith("System.", StringComparison.OrdinalIgnoreCase)
            ? category
            : LoggingOptions.CategoryPrefix + category;

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
                byCategory[FullNameOf(category)] = own;
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
