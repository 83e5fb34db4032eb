using System.Collections.Generic;
using System.Linq;
using NetworkProtocol.Fast.Benchmarks.Measuring;

namespace NetworkProtocol.Fast.Benchmarks.Reports;

/// <summary>A cell as it stands in the file of results.</summary>
internal sealed record CellRow(CellKey Key, int Rounds, IReadOnlyDictionary<string, CellRow.FigureRow> Figures)
{
    internal static CellRow Of(Cell cell) => new(
        cell.Key, cell.Rounds.Count, cell.Names.ToDictionary(static name => name, name => FigureRow.Of(cell, name)));

    /// <summary>A figure over all rounds.</summary>
    internal sealed record FigureRow(double Median, double Min, double Max)
    {
        internal static FigureRow Of(Cell cell, string name)
        {
            Figure figure = cell.Find(name)!.Value;
            return new FigureRow(figure.Median, figure.Min, figure.Max);
        }
    }
}
