using System;
using Microsoft.Extensions.Logging;

namespace NetworkProtocol.Fast.Configuration;

/// <summary>The level of one category of the log, as in <c>access=none</c>.</summary>
internal readonly record struct CategoryLevel(string Category, LogLevel Level)
{
    internal static string? Parse(string text, out CategoryLevel value)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0)
        {
            value = default;
            return $"'{text}' has no level; write NAME=LEVEL, as in access=none";
        }

        string? error = ValueParsers.Level(text[(equals + 1)..], out LogLevel level);
        value = new CategoryLevel(text[..equals], level);
        return LogCategories.Fault(text[..equals]) ?? error;
    }
}
