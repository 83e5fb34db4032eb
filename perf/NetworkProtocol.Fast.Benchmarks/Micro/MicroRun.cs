using System;
using System.Collections.Generic;
using System.Linq;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using NetworkProtocol.Fast.Benchmarks.Measuring;
using NetworkProtocol.Fast.Benchmarks.Processes;

namespace NetworkProtocol.Fast.Benchmarks.Micro;

/// <summary>Runs every benchmark class of this assembly.</summary>
internal static class MicroRun
{
    private static readonly Type[] Classes =
    [
        typeof(RingBenchmarks), typeof(PoolBenchmarks), typeof(HeaderBenchmarks), typeof(FramerBenchmarks),
        typeof(WriterBenchmarks), typeof(DispatchBenchmarks), typeof(RoutingBenchmarks), typeof(CompressionBenchmarks),
        typeof(RecordBenchmarks), typeof(HandshakeBenchmarks), typeof(CountingBenchmarks),
    ];

    /// <param name="smoke">Short and coarse.</param>
    /// <param name="native">Native code too, not only just-in-time compiled.</param>
    /// <param name="artifacts">Folder for what BenchmarkDotNet writes by itself.</param>
    /// <param name="measurements">Takes in what was not measured, and what failed.</param>
    /// <exception cref="MeasurementException">A benchmark did not run: its setup found it to be wrong.</exception>
    internal static IReadOnlyList<MicroResult> Run(
        bool smoke, bool native, string artifacts, Measurements measurements)
    {
        var results = new List<MicroResult>();
        foreach (Type type in Classes)
        {
            Console.WriteLine($"{type.Name}, {MicroResult.Jit}");
            results.AddRange(Logged(smoke, MicroResult.Jit,
                log => [BenchmarkRunner.Run(type, MicroConfig.Jit(smoke, log, artifacts))]));
        }

        if (!native)
        {
            measurements.Missing.Add(
                "native micro benchmarks: a full run has them, and --native; publishing takes minutes");
            return results;
        }

        // One call: all of them share one executable.
        Console.WriteLine($"all of them, {MicroResult.Native}: publishing takes minutes");
        MicroResult[] compiled = Logged(smoke, MicroResult.Native,
            log => BenchmarkRunner.Run(Classes, MicroConfig.Native(smoke, log, artifacts)));
        if (compiled.Length == 0)
        {
            measurements.Failed.Add("native micro benchmarks: publishing failed (clang and zlib1g-dev are needed)");
        }

        results.AddRange(compiled);
        return results;
    }

    // A smoke run says what BenchmarkDotNet said only when something failed: it is hundreds of lines for each class.
    private static MicroResult[] Logged(bool smoke, string compilation, Func<ILogger, Summary[]> run)
    {
        var held = new AccumulationLogger();
        Summary[] summaries = run(smoke ? held : new ConsoleLogger(unicodeSupport: false));
        if (!summaries.All(static s => s.Reports.Length > 0 && s.Reports.All(static report => report.Success)))
        {
            Console.Error.WriteLine(held.GetLog());
        }

        return [.. summaries.SelectMany(static summary => summary.Reports)
            .Where(static report => report.BuildResult.IsBuildSuccess)
            .Select(report => ResultOf(report, compilation))];
    }

    private static MicroResult ResultOf(BenchmarkReport report, string compilation)
    {
        BenchmarkCase one = report.BenchmarkCase;
        string name = $"{one.Descriptor.Type.Name}.{one.Descriptor.WorkloadMethod.Name}{one.Parameters.DisplayInfo}";
        if (!report.Success || report.ResultStatistics is not { } statistics)
        {
            throw new MeasurementException($"{name}, {compilation}, failed; its error stands above");
        }

        // Bytes and operations of the diagnoser's own iteration; rounding to whole bytes would hide a rare allocation.
        double bytes = report.GcStats.GetTotalAllocatedBytes(excludeAllocationQuantumSideEffects: true)
            is { } total && report.GcStats.TotalOperations > 0
            ? (double)total / report.GcStats.TotalOperations
            : 0;
        return new MicroResult(name, compilation, statistics.Min, statistics.Median, bytes);
    }
}
