using System;
using System.Collections.Generic;
using System.Linq;

namespace NetworkProtocol.Fast.Benchmarks.Measuring;

/// <summary>The rounds of one measurement; each has figures by name.</summary>
internal sealed class Cell(CellKey key)
{
    private readonly List<IReadOnlyDictionary<string, double>> rounds = [];

    internal CellKey Key { get; } = key;

    internal IReadOnlyList<IReadOnlyDictionary<string, double>> Rounds => rounds;

    /// <summary>Names of all figures that some round has, in the order of the alphabet.</summary>
    internal IReadOnlyList<string> Names => [.. rounds.SelectMany(static r => r.Keys).Distinct().Order(
        StringComparer.Ordinal)];

    internal void Add(IReadOnlyDictionary<string, double> figures) => rounds.Add(figures);

    /// <returns>Null when no round has it.</returns>
    internal Figure? Find(string name)
    {
        double[] values = [.. rounds.Where(r => r.ContainsKey(name)).Select(r => r[name])];
        return values.Length == 0 ? null : Figure.Of(values);
    }

    /// <summary>A figure as a share of another cell's, round by round: what the two had in common in a round, such as
    /// other work of the machine, cancels out.</summary>
    /// <returns>Null when no round has both.</returns>
    internal Figure? RatioTo(Cell other, string name)
    {
        var ratios = new List<double>();
        for (int i = 0; i < Math.Min(rounds.Count, other.rounds.Count); i++)
        {
            if (rounds[i].TryGetValue(name, out double mine) && other.rounds[i].TryGetValue(name, out double theirs)
                && theirs > 0)
            {
                ratios.Add(mine / theirs);
            }
        }

        return ratios.Count == 0 ? null : Figure.Of(ratios);
    }
}
