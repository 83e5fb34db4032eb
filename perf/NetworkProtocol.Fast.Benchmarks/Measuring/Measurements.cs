using System.Collections.Generic;

namespace NetworkProtocol.Fast.Benchmarks.Measuring;

/// <summary>Everything that was measured in a run.</summary>
internal sealed class Measurements
{
    private readonly Dictionary<CellKey, Cell> byKey = [];
    private readonly List<Cell> cells = [];

    /// <summary>In the order in which they were first measured.</summary>
    internal IReadOnlyList<Cell> Cells => cells;

    internal List<Series> Series { get; } = [];

    /// <summary>What this machine cannot measure, and why.</summary>
    internal List<string> Missing { get; } = [];

    /// <summary>What should have been measured and failed; the run has failed then.</summary>
    internal List<string> Failed { get; } = [];

    internal void Add(CellKey key, IReadOnlyDictionary<string, double> figures)
    {
        if (!byKey.TryGetValue(key, out Cell? cell))
        {
            cell = new Cell(key);
            byKey.Add(key, cell);
            cells.Add(cell);
        }

        cell.Add(figures);
    }

    internal Cell? Find(CellKey key) => byKey.GetValueOrDefault(key);
}
