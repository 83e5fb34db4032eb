using System;
using System.Globalization;

namespace NetworkProtocol.Fast.Configuration;

/// <summary>A length of time as people write it: <c>250ms</c>, <c>2s</c>, <c>1.5m</c>, <c>1h</c>.</summary>
internal readonly record struct Duration(TimeSpan Span) : IComparable<Duration>
{
    // Longest unit first, so that the canonical form is the shortest one that is exact.
    private static readonly (string Unit, long Ticks)[] Units =
    [
        ("h", TimeSpan.TicksPerHour),
        ("m", TimeSpan.TicksPerMinute),
        ("s", TimeSpan.TicksPerSecond),
        ("ms", TimeSpan.TicksPerMillisecond),
    ];

    internal static Duration Milliseconds(long value) => new(TimeSpan.FromMilliseconds(value));

    internal static Duration Seconds(long value) => new(TimeSpan.FromSeconds(value));

    /// <summary>Reads a number and a unit.</summary>
    /// <returns>Null, or what is wrong and what to write.</returns>
    internal static string? Parse(string text, out Duration value)
    {
        value = default;
        ReadOnlySpan<char> digits = Quantity.Split(text, out ReadOnlySpan<char> unit);
        foreach ((string name, long ticks) in Units)
        {
            if (unit.SequenceEqual(name)
                && decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
                    out decimal number)
                && number <= long.MaxValue / ticks)
            {
                value = new Duration(new TimeSpan((long)(number * ticks)));
                return null;
            }
        }

        return $"'{text}' is not a duration; write a number and ms, s, m or h, as in 250ms or 2s";
    }

    /// <inheritdoc/>
    public int CompareTo(Duration other) => Span.CompareTo(other.Span);

    /// <summary>The canonical form, which <see cref="Parse"/> reads.</summary>
    public override string ToString()
    {
        foreach ((string name, long ticks) in Units)
        {
            if (Span.Ticks >= ticks && Span.Ticks % ticks == 0)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{Span.Ticks / ticks}{name}");
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $"{Span.TotalMilliseconds:0.####}ms");
    }
}
