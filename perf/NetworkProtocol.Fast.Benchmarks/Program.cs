using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Benchmarks.Budgets;
using NetworkProtocol.Fast.Benchmarks.Load;
using NetworkProtocol.Fast.Benchmarks.Measuring;
using NetworkProtocol.Fast.Benchmarks.Micro;
using NetworkProtocol.Fast.Benchmarks.Peers;
using NetworkProtocol.Fast.Benchmarks.Processes;
using NetworkProtocol.Fast.Benchmarks.Reports;
using NetworkProtocol.Fast.Benchmarks.Scenarios;

namespace NetworkProtocol.Fast.Benchmarks;

/// <summary>
/// Measures, reports and holds the budgets. Called by run-bench.sh in the repository's root:
/// <c>micro|load|peers|all [--smoke] [--native] [--rounds N] [--npfast PATH] [--npfast-load PATH] [--commit ID]</c>.
/// Exit codes: 0 fine, 1 a budget is broken or something could not be measured, 2 usage.
/// </summary>
internal static class Program
{
    private const string BudgetPath = "perf/budgets.json";
    private const string ResultsFolder = "perf/results";
    private const int FullRounds = 5;

    private static async Task<int> Main(string[] args)
    {
        string what = args.FirstOrDefault("");
        string? npfast = ValueOf(args, "--npfast");
        string? npfastLoad = ValueOf(args, "--npfast-load");
        bool known = what is "micro" or "load" or "peers" or "all";
        if (!known || (what != "micro" && (npfast is null || npfastLoad is null)) || !File.Exists(BudgetPath))
        {
            await Console.Error.WriteLineAsync("usage, in the repository's root: micro|load|peers|all [--smoke] "
                + "[--native] [--rounds N] [--npfast PATH --npfast-load PATH, needed for all but micro] [--commit ID]");
            return 2;
        }

        // Also after a signal: nothing that this process started outlives it.
        AppDomain.CurrentDomain.ProcessExit += static (_, _) => Child.KillAll();
        using PosixSignalRegistration interrupt = ExitOn(PosixSignal.SIGINT, 130);
        using PosixSignalRegistration terminate = ExitOn(PosixSignal.SIGTERM, 143);
        using PosixSignalRegistration hangUp = ExitOn(PosixSignal.SIGHUP, 129);
        try
        {
            bool smoke = args.Contains("--smoke");
            int rounds = int.TryParse(ValueOf(args, "--rounds"), out int given) && given > 0
                ? given
                : smoke ? 1 : FullRounds;
            Func<Measurements, Harness>? harness = what == "micro"
                ? null
                : measurements => new Harness(npfast!, npfastLoad!, smoke, rounds, measurements);
            bool native = !smoke || args.Contains("--native");
            return await RunAsync(what, smoke, native, npfast, harness, ValueOf(args, "--commit"));
        }
        catch (MeasurementException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }
        finally
        {
            Child.KillAll();
        }
    }

    private static async Task<int> RunAsync(
        string what, bool smoke, bool native, string? npfast, Func<Measurements, Harness>? create, string? commit)
    {
        BudgetFile budgets = BudgetFile.Read(BudgetPath);
        var broken = new List<string>();
        var measurements = new Measurements();
        IReadOnlyList<MicroResult> micro = [];
        IReadOnlyList<LoadResult> inProcess = [];
        if (what is "micro" or "all")
        {
            micro = MicroRun.Run(
                smoke, native, Path.Combine(Path.GetTempPath(), "npfast-benchmarks"), measurements);
            broken.AddRange(budgets.Check(micro, smoke));
        }

        if (create is not null)
        {
            using Harness harness = create(measurements);
            if (what is "load" or "all")
            {
                inProcess = LoadRun.Run(npfast!, smoke);
                broken.AddRange(budgets.Check(inProcess, smoke));
                await LoadSuite.RunAsync(harness);
            }

            if (what is "peers" or "all")
            {
                await PeerSuite.RunAsync(harness);
            }

            broken.AddRange(budgets.Check(measurements, smoke));
        }

        broken.AddRange(measurements.Failed);
        var report = new Report(measurements, budgets.Ratios)
        {
            Commit = commit ?? "unknown",
            Smoke = smoke,
            Micro = micro,
            Load = inProcess,
            BrokenBudgets = broken,
        };
        string page = report.Write(ResultsFolder);
        Console.WriteLine();
        Console.WriteLine(report.ToPage());
        Console.WriteLine($"written to {page}");
        return broken.Count == 0 ? 0 : 1;
    }

    private static PosixSignalRegistration ExitOn(PosixSignal signal, int exitCode) =>
        PosixSignalRegistration.Create(signal, _ => Environment.Exit(exitCode));

    private static string? ValueOf(string[] args, string option)
    {
        int at = Array.IndexOf(args, option);
        return at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
    }
}
