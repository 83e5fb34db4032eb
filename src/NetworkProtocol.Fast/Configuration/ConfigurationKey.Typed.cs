using System;
using System.Globalization;

namespace NetworkProtocol.Fast.Configuration;

/// <summary>A key whose values are of a type.</summary>
internal sealed class ConfigurationKey<T>(string section, string name, TextParser<T> parse, T fallback)
    : ConfigurationKey(section, name)
{
    internal TextParser<T> Parse { get; } = parse;

    internal T Default { get; } = fallback;

    /// <summary>False when the default stands for "nothing was said".</summary>
    internal bool HasDefault { get; init; } = true;

    internal override string? DefaultText => !HasDefault || IsList || Default is null ? null : Default switch
    {
        bool flag => flag ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture).ToLowerInvariant(),
        _ => Default.ToString(),
    };

    internal override string? Check(string text) => Parse(text, out _);

    /// <summary>A value that <see cref="Check"/> has let through.</summary>
    internal T Read(string text) => Parse(text, out T value) is { } error
        ? throw new FormatException($"{Path}: {error}")
        : value;
}
