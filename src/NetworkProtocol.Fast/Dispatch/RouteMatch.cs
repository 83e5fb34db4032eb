using System;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using NetworkProtocol.Fast.Packets;

namespace NetworkProtocol.Fast.Dispatch;

/// <summary>
/// Which packets a route takes: an exact name, <c>prefix.*</c>, <c>*</c> (everything), a type number (256
/// to 65535) or a range of numbers (<c>300-399</c>). The most specific match wins: exact before prefix, longer prefix
/// before shorter, number before range, narrower range before wider, everything before <c>*</c>.
/// </summary>
public sealed record RouteMatch
{
    /// <summary>Lowest type number that applications may use (docs/PROTOCOL.md, Types).</summary>
    public const int NumberMin = PacketLimits.RegisteredTypeMin;

    /// <summary>Highest type number.</summary>
    public const int NumberMax = ushort.MaxValue;

    private RouteMatch(RouteMatchKind kind, string name, int first, int last)
    {
        Kind = kind;
        Name = name;
        First = first;
        Last = last;
    }

    /// <summary>What kind of match this is.</summary>
    public RouteMatchKind Kind { get; }

    /// <summary>The exact name, or the prefix including its last dot; empty for numbers and <c>*</c>.</summary>
    public string Name { get; }

    /// <summary>First number of a range, or the number.</summary>
    public int First { get; }

    /// <summary>Last number of a range, or the number.</summary>
    public int Last { get; }

    /// <summary>Parses a match.</summary>
    /// <exception cref="FormatException">The text is no match; the message says what is wrong and what is
    /// allowed.</exception>
    public static RouteMatch Parse(string text) =>
        TryParse(text, out RouteMatch? match, out string? error) ? match : throw new FormatException(error);

    /// <summary>Parses a match; on failure <paramref name="error"/> says what is wrong and what is allowed.</summary>
    public static bool TryParse(
        string text, [NotNullWhen(true)] out RouteMatch? match, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        match = null;
        error = null;
        if (text.Length == 0)
        {
            error = "empty route match: give a name, prefix.*, *, a number or a range";
            return false;
        }

        if (text == "*")
        {
            match = new RouteMatch(RouteMatchKind.Any, string.Empty, 0, 0);
            return true;
        }

        return char.IsAsciiDigit(text[0])
            ? TryParseNumbers(text, out match, out error)
            : TryParseName(text, out match, out error);
    }

    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        RouteMatchKind.Prefix => Name + "*",
        RouteMatchKind.Number => First.ToString(CultureInfo.InvariantCulture),
        RouteMatchKind.Range => string.Create(CultureInfo.InvariantCulture, $"{First}-{Last}"),
        RouteMatchKind.Any => "*",
        _ => Name,
    };

    private static bool TryParseName(string text, out RouteMatch? match, out string? error)
    {
        match = null;
        error = null;
        bool prefix = text.EndsWith(".*", StringComparison.Ordinal);
        string name = prefix ? text[..^1] : text;
        if (name.Contains('*', StringComparison.Ordinal))
        {
            error = $"route match '{text}': * may only stand alone or after a last dot, as in orders.*";
        }
        else if (Encoding.UTF8.GetByteCount(name) > byte.MaxValue)
        {
            error = $"route match '{text[..32]}...': a name has at most 255 bytes";
        }
        else
        {
            match = new RouteMatch(prefix ? RouteMatchKind.Prefix : RouteMatchKind.Exact, name, 0, 0);
        }

        return match is not null;
    }

    private static bool TryParseNumbers(string text, out RouteMatch? match, out string? error)
    {
        match = null;
        error = null;
        string[] parts = text.Split('-');
        int last = 0;
        if (parts.Length > 2 || !TryParseNumber(parts[0], out int first)
            || (parts.Length == 2 && !TryParseNumber(parts[1], out last)))
        {
            error = $"route match '{text}': a number or range lies between {NumberMin} and {NumberMax}, as in 300-399";
            return false;
        }

        if (parts.Length == 2 && last < first)
        {
            error = $"route match '{text}': the range ends before it starts, write {last}-{first}";
            return false;
        }

        match = parts.Length == 1 || first == last
            ? new RouteMatch(RouteMatchKind.Number, string.Empty, first, first)
            : new RouteMatch(RouteMatchKind.Range, string.Empty, first, last);
        return true;
    }

    private static bool TryParseNumber(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number)
        && number is >= NumberMin and <= NumberMax;
}
