using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using NetworkProtocol.Fast.Benchmarks.Budgets;
using NetworkProtocol.Fast.Benchmarks.Load;
using NetworkProtocol.Fast.Benchmarks.Measuring;

namespace NetworkProtocol.Fast.Benchmarks.Reports;

/// <summary>What is aimed at beside what was measured.</summary>
internal static class TargetTable
{
    // Timers of the load itself allocate a kilobyte in each window, which few large messages do not dilute to nothing.
    private const double NoiseBytes = 1;

    internal static string Write(
        IReadOnlyList<RatioBudget> budgets, Measurements measurements, IReadOnlyList<LoadResult> inProcess)
    {
        var page = new StringBuilder("\n## Targets\n\n| what | target | measured, median (lowest-highest) | met |\n"
            + "| --- | ---: | ---: | --- |\n");
        foreach (RatioBudget budget in budgets.Where(static b => b.TargetMin is not null || b.TargetMax is not null))
        {
            page.Append(CultureInfo.InvariantCulture, $"| {budget.What} ({budget.Placement}) | {budget.TargetText} ");
            page.Append(budget.Measure(measurements) is { } figure
                ? $"| {LoadPage.Text(figure)} | {(budget.IsMetBy(figure.Median) ? "yes" : "**no**")}"
                    + $"{MarksOf(budget, measurements)} |\n"
                : "| not measured | |\n");
        }

        double[] allocated = [.. inProcess.Where(static r => r.ConnectsNobody)
            .Select(static r => r.AllocatedBytesPerMessage)];
        page.Append("| allocated bytes for a message, the most of all steady paths (in one process) | 0 ");
        page.Append(allocated.Length == 0
            ? "| not measured | |\n"
            : string.Create(CultureInfo.InvariantCulture,
                $"| {allocated.Max():0.###} | {(allocated.Max() < NoiseBytes ? "yes" : "**no**")} |\n"));
        return page.ToString();
    }

    private static string MarksOf(RatioBudget budget, Measurements measurements)
    {
        var marks = new List<string>();
        foreach (string? subject in (string?[])[budget.Subject, budget.Baseline])
        {
            if (subject is not null && budget.CellOf(measurements, subject) is { } cell)
            {
                marks.AddRange(CellMarks.Of(cell, budget.Figure).Select(mark => $"{subject} {mark}"));
            }
        }

        return marks.Count == 0 ? string.Empty : $" ({string.Join(", ", marks)})";
    }
}
