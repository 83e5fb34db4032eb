using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using NetworkProtocol.Fast.Benchmarks.Budgets;
using NetworkProtocol.Fast.Benchmarks.Load;
using NetworkProtocol.Fast.Benchmarks.Micro;
using NetworkProtocol.Fast.Benchmarks.Reports;

namespace NetworkProtocol.Fast.Benchmarks;

/// <summary>
/// Measures, reports and holds the budgets. Called by run-bench.sh in the repository's root:
/// <c>micro|load|all [--smoke] [--npfast PATH] [--commit ID]</c>. Exit codes: 0 fine, 1 a budget is broken, 2 usage.
/// </summary>
internal static class Program
{
    private const string BudgetPath = "perf/budgets.json";
    private const string ResultsFolder = "perf/results";

    private static int Main(string[] args)
    {
        bool micro = args is ["micro" or "all", ..];
        bool load = args is ["load" or "all", ..];
        string? npfast = ValueOf(args, "--npfast");
        if ((!micro && !load) || (load && npfast is null) || !File.Exists(BudgetPath))
        {
            Console.Error.WriteLine(
                "usage, in the repository's root: "
            + "micro|load|all [--smoke] [--npfast PATH, needed for load] [--commit ID]");
            return 2;
        }

        bool smoke = args.Contains("--smoke");
        BudgetFile budgets = BudgetFile.Read(BudgetPath);
        var broken = new List<string>();
        IReadOnlyList<MicroResult> microResults = [];
        IReadOnlyList<LoadResult> loadResults = [];
        if (micro)
        {
            microResults = MicroRun.Run(smoke, Path.Combine(Path.GetTempPath(), "npfast-benchmarks"));
            broken.AddRange(budgets.Check(microResults, smoke));
        }

        if (load)
        {
            loadResults = LoadRun.Run(npfast!, smoke);
            broken.AddRange(budgets.Check(loadResults, smoke));
        }

        var report = new Report
        {
            Commit = ValueOf(args, "--commit") ?? "unknown",
            Smoke = smoke,
            Micro = microResults,
            Load = loadResults,
            BrokenBudgets = broken,
        };
        string page = report.Write(ResultsFolder);
        Console.WriteLine();
        Console.WriteLine(report.ToPage());
        Console.WriteLine($"written to {page}");
        return broken.Count == 0 ? 0 : 1;
    }

    private static string? ValueOf(string[] args, string option)
    {
        int at = Array.IndexOf(args, option);
        return at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
    }
}
