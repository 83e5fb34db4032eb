using System;
using System.Globalization;

namespace NetworkProtocol.Fast.Relay.Cli.Control;

/// <summary>Numbers as people read them.</summary>
internal static class Units
{
    internal static string Count(double value) => value switch
    {
        >= 1e9 => Text(value / 1e9, " G"),
        >= 1e6 => Text(value / 1e6, " M"),
        >= 1e4 => Text(value / 1e3, " k"),
        _ => value.ToString(value < 10 ? "0.#" : "0", CultureInfo.InvariantCulture),
    };

    internal static string Bytes(double value) => value switch
    {
        >= 1L << 30 => Text(value / (1L << 30), " GiB"),
        >= 1 << 20 => Text(value / (1 << 20), " MiB"),
        >= 1 << 10 => Text(value / (1 << 10), " KiB"),
        _ => Text(value, " B"),
    };

    internal static string Seconds(double? value) => value switch
    {
        null => "-",
        >= 1 => Text(value.Value, " s"),
        >= 1e-3 => Text(value.Value * 1e3, " ms"),
        _ => Text(value.Value * 1e6, " us"),
    };

    internal static string Age(double seconds)
    {
        var span = TimeSpan.FromSeconds(seconds);
        return span.TotalDays >= 1 ? string.Create(CultureInfo.InvariantCulture, $"{span.Days} d {span.Hours} h")
            : span.TotalHours >= 1 ? string.Create(CultureInfo.InvariantCulture, $"{span.Hours} h {span.Minutes} min")
            : span.TotalMinutes >= 1
                ? string.Create(CultureInfo.InvariantCulture, $"{span.Minutes} min {span.Seconds} s")
                : string.Create(CultureInfo.InvariantCulture, $"{span.Seconds} s");
    }

    private static string Text(double value, string unit) =>
        value.ToString("0.#", CultureInfo.InvariantCulture) + unit;
}
