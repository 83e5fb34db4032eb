using System;
using System.Globalization;

namespace NetworkProtocol.Fast.Configuration;

/// <summary>A number of bytes as people write it: <c>512</c>, <c>64KiB</c>, <c>256MiB</c>, <c>1GiB</c>.</summary>
internal readonly record struct ByteSize(long Bytes) : IComparable<ByteSize>
{
    // Largest unit first, so that the canonical form is the shortest one that is exact.
    private static readonly (string Unit, int Shift)[] Units = [("GiB", 30), ("MiB", 20), ("KiB", 10), ("B", 0)];

    /// <summary>Reads a number, with a unit if it is not bytes.</summary>
    /// <returns>Null, or what is wrong and what to write.</returns>
    internal static string? Parse(string text, out ByteSize value)
    {
        value = default;
        ReadOnlySpan<char> digits = Quantity.Split(text, out ReadOnlySpan<char> unit);
        foreach ((string name, int shift) in Units)
        {
            // Half a byte does not exist, so only larger units may have a fraction.
            NumberStyles styles = shift == 0 ? NumberStyles.None : NumberStyles.AllowDecimalPoint;
            if ((unit.SequenceEqual(name) || (unit.IsEmpty && shift == 0))
                && decimal.TryParse(digits, styles, CultureInfo.InvariantCulture, out decimal number)
                && number <= long.MaxValue >> shift)
            {
                value = new ByteSize((long)(number * (1L << shift)));
                return null;
            }
        }

        return $"'{text}' is not a size; write bytes, or a number and KiB, MiB or GiB, as in 64KiB";
    }

    /// <inheritdoc/>
    public int CompareTo(ByteSize other) => Bytes.CompareTo(other.Bytes);

    /// <summary>The canonical form, which <see cref="Parse"/> reads.</summary>
    public override string ToString()
    {
        foreach ((string name, int shift) in Units)
        {
            long unit = 1L << shift;
            if (Bytes >= unit && Bytes % unit == 0)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{Bytes / unit}{name}");
            }
        }

        return "0B";
    }
}
