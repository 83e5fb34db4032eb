using System;
using System.Buffers;

namespace NetworkProtocol.Fast.Configuration;

/// <summary>A number with a unit, as in <c>1.5s</c> or <c>64KiB</c>.</summary>
internal static class Quantity
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    /// <summary>Tells the digits from the unit behind them; either may be empty.</summary>
    internal static ReadOnlySpan<char> Split(string text, out ReadOnlySpan<char> unit)
    {
        int end = text.AsSpan().IndexOfAnyExcept(Digits);
        unit = end < 0 ? default : text.AsSpan(end);
        return end < 0 ? text : text.AsSpan(0, end);
    }
}
