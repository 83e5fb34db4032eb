using System;
using System.Collections.Generic;

namespace NetworkProtocol.Fast.Relay.Cli.Bench;

/// <summary>A value measured in several rounds.</summary>
internal readonly record struct Figure(double Median, double Min, double Max)
{
    internal static Figure Of(IReadOnlyList<BenchSample> samples, Func<BenchSample, double> value)
    {
        double[] values = new double[samples.Count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = value(samples[i]);
        }

        return Of(values);
    }

    internal static Figure Of(double[] values)
    {
        Array.Sort(values);
        int middle = values.Length / 2;
        double median = values.Length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
        return new Figure(median, values[0], values[^1]);
    }
}
