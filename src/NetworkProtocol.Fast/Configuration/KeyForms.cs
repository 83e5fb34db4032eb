using System;

namespace NetworkProtocol.Fast.Configuration;

/// <summary>Makes parsers with the range that the reference tells.</summary>
internal static class KeyForms
{
    internal static readonly Duration Day = new(TimeSpan.FromDays(1));

    internal static readonly Duration Hour = new(TimeSpan.FromHours(1));

    internal static string Words(int min, int max) => $"{min} to {max}";

    internal static string Words(Duration min, Duration max) => $"{min} to {max}";

    internal static string Words(ByteSize min, ByteSize max) => $"{min} to {max}";

    internal static ByteSize KiB(long count) => new(count << 10);

    internal static ByteSize MiB(long count) => new(count << 20);

    /// <summary>A text of some characters that holds no line break.</summary>
    internal static TextParser<string?> Line(int charactersMax) => (string text, out string? value) =>
    {
        value = text;
        return text.Length == 0 || text.Length > charactersMax
            ? $"it has {text.Length} characters; use 1 to {charactersMax}"
            : text.AsSpan().IndexOfAnyInRange('\0', '\x1f') >= 0 ? "it holds a control character; remove it" : null;
    };

    /// <summary>A name of letters, digits, '-', '_' and '.'.</summary>
    internal static string? Name(string text, out string? value)
    {
        value = text;
        foreach (char c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.'))
            {
                return $"upstream name '{text}' has a bad character '{c}'; use letters, digits, '-', '_' and '.'";
            }
        }

        return text.Length > 0 ? null : "the name is empty; use letters, digits, '-', '_' and '.'";
    }

    /// <summary>The name of a codec.</summary>
    internal static string? Codec(string text, out string? value)
    {
        value = text;
        return text is "none" or "lz4" or "zstd"
            ? null
            : $"compression '{text}' is unknown; use none, lz4 or zstd";
    }
}
