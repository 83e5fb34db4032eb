using BenchmarkDotNet.Analysers;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

namespace NetworkProtocol.Fast.Benchmarks.Micro;

/// <summary>How micro benchmarks run: in this process, so that a run needs no second build, and briefly.</summary>
internal static class MicroConfig
{
    /// <param name="smoke">Only as long as it takes to see that all of it works; the figures are coarse.</param>
    /// <param name="log">Where BenchmarkDotNet tells what it does.</param>
    /// <param name="artifacts">Folder for what BenchmarkDotNet writes by itself.</param>
    internal static IConfig Create(bool smoke, ILogger log, string artifacts)
    {
        // Ratios have to hold on a shared machine: several short iterations tell a hiccup from a change.
        Job job = Job.Default
            .WithToolchain(InProcessEmitToolchain.Instance)
            .WithWarmupCount(smoke ? 2 : 4)
            .WithIterationCount(smoke ? 5 : 10)
            .WithIterationTime(TimeInterval.FromMilliseconds(smoke ? 40 : 200))
            .WithEvaluateOverhead(!smoke)
            .WithId(smoke ? "smoke" : "short");
        return ManualConfig.CreateEmpty()
            .AddJob(job)
            .AddLogger(log)
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .AddAnalyser(EnvironmentAnalyser.Default)
            .WithOptions(ConfigOptions.DisableLogFile)
            .WithArtifactsPath(artifacts);
    }
}
