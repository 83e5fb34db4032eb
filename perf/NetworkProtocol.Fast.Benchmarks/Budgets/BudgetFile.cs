using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Text.Json.Serialization;
using NetworkProtocol.Fast.Benchmarks.Load;
using NetworkProtocol.Fast.Benchmarks.Measuring;
using NetworkProtocol.Fast.Benchmarks.Micro;

namespace NetworkProtocol.Fast.Benchmarks.Budgets;

/// <summary>
/// <c>perf/budgets.json</c>: allocated bytes and ratios within one run, nothing absolute, so that it holds
/// on any machine. A budget whose subject is not in the results is broken too, else a renamed benchmark would lose
/// its budget unseen.
/// </summary>
internal sealed record BudgetFile
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    public required IReadOnlyList<MicroBudget> Micro { get; init; }

    public required IReadOnlyList<LoadBudget> Load { get; init; }

    public required IReadOnlyList<RatioBudget> Ratios { get; init; }

    // A smoke run is too short for sharp ratios. What doubles is still seen between processes; micro benchmarks run for
    // an instant each, and what triples is.
    private const double SmokeSlack = 2;
    private const double MicroSmokeSlack = 3;

    internal static BudgetFile Read(string path) =>
        JsonSerializer.Deserialize<BudgetFile>(File.ReadAllText(path), Json)
        ?? throw new InvalidDataException($"{path} holds no budgets");

    /// <returns>A line for each budget that is broken.</returns>
    internal IEnumerable<string> Check(IReadOnlyList<MicroResult> results, bool smoke)
    {
        double slack = smoke ? MicroSmokeSlack : 1;
        foreach (IGrouping<string, MicroResult> compiled in results.GroupBy(static result => result.Compilation))
        {
            foreach (string wrong in Micro.SelectMany(budget => Check(budget, [.. compiled], slack)))
            {
                yield return $"{wrong} ({compiled.Key})";
            }
        }
    }

    /// <inheritdoc cref="Check(IReadOnlyList{MicroResult}, bool)"/>
    /// <param name="results">Results of the load.</param>
    /// <param name="smoke">A smoke run has only the sizes it has, and its ratios mean nothing.</param>
    internal IEnumerable<string> Check(IReadOnlyList<LoadResult> results, bool smoke)
    {
        foreach (LoadBudget budget in Load)
        {
            string name = $"{budget.Subject}, {budget.PayloadBytes} B, {budget.Connections} connections";
            LoadResult? result = results.FirstOrDefault(r =>
                r.Subject == budget.Subject && r.PayloadBytes == budget.PayloadBytes
                && r.Connections == budget.Connections);
            if (result is null)
            {
                if (!smoke)
                {
                    yield return $"{name}: not measured";
                }

                continue;
            }

            if (result.AllocatedBytesPerMessage > budget.AllocatedBytesPerMessageMax)
            {
                double bytes = result.AllocatedBytesPerMessage;
                yield return Text(
                    $"{name}: {bytes:0.###} B allocated for a message, {budget.AllocatedBytesPerMessageMax} allowed");
            }

            if (!smoke && budget.RatioToRawMin is { } least && !(result.RatioToRaw >= least))
            {
                yield return Text($"{name}: {result.RatioToRaw:0.00} of the raw echo, {least:0.00} asked for");
            }

            if (!smoke && budget.RatioToPlainMin is { } leastOfPlain && !(result.RatioToPlain >= leastOfPlain))
            {
                yield return Text(
                    $"{name}: {result.RatioToPlain:0.00} of the plain echo, {leastOfPlain:0.00} asked for");
            }
        }
    }

    /// <inheritdoc cref="Check(IReadOnlyList{MicroResult}, bool)"/>
    /// <param name="measurements">What was measured with processes.</param>
    /// <param name="smoke">A smoke run measures few of them, and coarsely.</param>
    /// <remarks>A scenario or a placement that was not run at all breaks nothing: it was not asked for, or the machine
    /// cannot do it. Neither does a peer that is noted as missing.</remarks>
    internal IEnumerable<string> Check(Measurements measurements, bool smoke)
    {
        foreach (RatioBudget budget in Ratios)
        {
            if (budget.Measure(measurements) is { } figure)
            {
                if (budget.Check(figure.Median, smoke && !budget.IsExact ? SmokeSlack : 1) is { } wrong)
                {
                    yield return wrong;
                }
            }
            else if (!smoke && !IsPeerMissing(budget, measurements) && measurements.Cells.Any(
                cell => cell.Key.Scenario == budget.Scenario && cell.Key.Placement == budget.Placement))
            {
                yield return $"{budget.What}: not measured";
            }
        }
    }

    private static bool IsPeerMissing(RatioBudget budget, Measurements measurements) =>
        measurements.Cells.Any(cell => cell.Key.Subject == budget.Subject && cell.Key.Scenario == budget.Scenario)
        && measurements.Missing.Any(note => note.StartsWith(budget.Baseline + ':', StringComparison.Ordinal));

    private static IEnumerable<string> Check(MicroBudget budget, MicroResult[] results, double slack)
    {
        if (Find(results, budget.Benchmark) is not { } result)
        {
            yield return $"{budget.Benchmark}: no such benchmark";
            yield break;
        }

        if (result.AllocatedBytes > budget.AllocatedBytesMax)
        {
            double bytes = result.AllocatedBytes;
            yield return Text($"{budget.Benchmark}: {bytes:0.###} B allocated, {budget.AllocatedBytesMax} allowed");
        }

        if (budget.Baseline is null)
        {
            yield break;
        }

        if (Find(results, budget.Baseline) is not { } baseline)
        {
            yield return $"{budget.Benchmark}: no such baseline as {budget.Baseline}";
        }
        else if (result.BestNanoseconds / baseline.BestNanoseconds is var ratio && ratio > budget.RatioMax * slack)
        {
            yield return Text(
                $"{budget.Benchmark}: {ratio:0.00} of {budget.Baseline}, {budget.RatioMax:0.00} allowed");
        }
    }

    private static MicroResult? Find(MicroResult[] results, string name) =>
        results.FirstOrDefault(result => result.Benchmark == name);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
