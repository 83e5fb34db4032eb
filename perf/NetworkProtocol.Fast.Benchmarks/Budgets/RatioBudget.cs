using System;
using System.Globalization;
using System.Text.Json.Serialization;
using NetworkProtocol.Fast.Benchmarks.Measuring;

namespace NetworkProtocol.Fast.Benchmarks.Budgets;

/// <summary>
/// What a figure of one subject must keep to, mostly as a share of the same figure of another one under the same load:
/// the aim, which the report holds against what was measured, and the limit, which fails the run.
/// </summary>
internal sealed record RatioBudget
{
    /// <summary>As tables show it.</summary>
    public required string What { get; init; }

    public required string Scenario { get; init; }

    public required string Placement { get; init; }

    public int PayloadBytes { get; init; }

    /// <summary>0 takes whatever number was measured.</summary>
    public int Connections { get; init; }

    public int InFlight { get; init; }

    public required string Subject { get; init; }

    /// <summary>Whom to compare with; null takes the figure as it is.</summary>
    public string? Baseline { get; init; }

    public required string Figure { get; init; }

    public double? TargetMin { get; init; }

    public double? TargetMax { get; init; }

    public double? Min { get; init; }

    public double? Max { get; init; }

    /// <summary>Whether a smoke run has no slack: the figure is as sharp there.</summary>
    [JsonPropertyName("exact")]
    public bool IsExact { get; init; }

    internal string TargetText => TargetMin is { } least
        ? string.Create(CultureInfo.InvariantCulture, $">= {least:#,0.##}")
        : string.Create(CultureInfo.InvariantCulture, $"<= {TargetMax:#,0.##}");

    /// <returns>Null when it was not measured.</returns>
    internal Figure? Measure(Measurements measurements)
    {
        if (CellOf(measurements, Subject) is not { } cell)
        {
            return null;
        }

        if (Baseline is null)
        {
            return cell.Find(Figure);
        }

        return CellOf(measurements, Baseline) is { } baseline ? cell.RatioTo(baseline, Figure) : null;
    }

    internal bool IsMetBy(double value) => !(value < TargetMin) && !(value > TargetMax);

    /// <returns>Null when it keeps to the limit; else what is wrong.</returns>
    /// <param name="value">What was measured.</param>
    /// <param name="slack">1, or more for figures that are coarse.</param>
    internal string? Check(double value, double slack)
    {
        FormattableString? wrong = value switch
        {
            double.NaN => $"{What}: not a number",
            _ when value < Min / slack => $"{What}: {value:0.###}, {Min:0.###} asked for",
            _ when value > Max * slack => $"{What}: {value:0.###}, {Max:0.###} allowed",
            _ => null,
        };
        return wrong?.ToString(CultureInfo.InvariantCulture);
    }

    internal Cell? CellOf(Measurements measurements, string subject)
    {
        foreach (Cell cell in measurements.Cells)
        {
            CellKey key = cell.Key;
            if (key.Scenario == Scenario && key.Placement == Placement && key.Subject == subject
                && key.PayloadBytes == PayloadBytes && (Connections == 0 || key.Connections == Connections)
                && (InFlight == 0 || key.InFlight == InFlight))
            {
                return cell;
            }
        }

        return null;
    }
}
