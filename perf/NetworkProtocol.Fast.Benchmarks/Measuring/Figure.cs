using System;
using System.Collections.Generic;
using System.Linq;

namespace NetworkProtocol.Fast.Benchmarks.Measuring;

/// <summary>A value measured in several rounds.</summary>
internal readonly record struct Figure(double Median, double Min, double Max)
{
    /// <exception cref="ArgumentException">There are no values.</exception>
    internal static Figure Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        if (sorted.Length == 0)
        {
            throw new ArgumentException("a figure needs at least one value", nameof(values));
        }

        int middle = sorted.Length / 2;
        double median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Figure(median, sorted[0], sorted[^1]);
    }
}
