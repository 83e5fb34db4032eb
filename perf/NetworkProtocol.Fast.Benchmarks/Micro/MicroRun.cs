using System;
using System.Collections.Generic;
using System.Linq;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

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

    /// <exception cref="InvalidOperationException">A benchmark did not run: its setup found it to be wrong.</exception>
    internal static IReadOnlyList<MicroResult> Run(bool smoke, string artifacts)
    {
        var results = new List<MicroResult>();
        foreach (Type type in Classes)
        {
            // A smoke run says what BenchmarkDotNet said only when something failed: it is hundreds of lines for each
            // class.
            var held = new AccumulationLogger();
            ILogger log = smoke ? held : new ConsoleLogger(unicodeSupport: false);
            Console.WriteLine(type.Name);
            Summary summary = BenchmarkRunner.Run(type, MicroConfig.Create(smoke, log, artifacts));
            if (!summary.Reports.All(static report => report.Success))
            {
                Console.Error.WriteLine(held.GetLog());
            }

            results.AddRange(summary.Reports.Select(ResultOf));
        }

        return results;
    }

    private static MicroResult ResultOf(BenchmarkReport report)
    {
        BenchmarkCase one = report.BenchmarkCase;
        string name = $"{one.Descriptor.Type.Name}.{one.Descriptor.WorkloadMethod.Name}{one.Parameters.DisplayInfo}";
        if (!report.Success || report.ResultStatistics is not { } statistics)
        {
            throw new InvalidOperationException($"{name} failed; its error stands above");
        }

        // Bytes and operations of the diagnoser's own iteration; rounding to whole bytes would hide a rare allocation.
        double bytes = report.GcStats.GetTotalAllocatedBytes(excludeAllocationQuantumSideEffects: true)
            is { } total && report.GcStats.TotalOperations > 0
            ? (double)total / report.GcStats.TotalOperations
            : 0;
        return new MicroResult(name, statistics.Min, statistics.Median, bytes);
    }
}
