using System;
using BenchmarkDotNet.Analysers;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Environments;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Toolchains;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using BenchmarkDotNet.Toolchains.NativeAot;
using Perfolizer.Horology;

namespace NetworkProtocol.Fast.Benchmarks.Micro;

/// <summary>How micro benchmarks run: briefly; compiled just in time in this process, and ahead of time, as npfast is,
/// in processes of their own.</summary>
internal static class MicroConfig
{
    // Publishing compiles the library, BenchmarkDotNet and the benchmarks: minutes, on one thread for the most part.
    private static readonly TimeSpan PublishLimit = TimeSpan.FromMinutes(10);

    /// <param name="smoke">Only as long as it takes to see that all of it works; the figures are coarse.</param>
    /// <param name="log">Where BenchmarkDotNet tells what it does.</param>
    /// <param name="artifacts">Folder for what BenchmarkDotNet writes by itself.</param>
    internal static IConfig Jit(bool smoke, ILogger log, string artifacts) =>
        Create(Length(smoke).WithToolchain(InProcessEmitToolchain.Instance), log, artifacts);

    /// <inheritdoc cref="Jit"/>
    internal static IConfig Native(bool smoke, ILogger log, string artifacts)
    {
        // The compiler's version is that of the SDK, which also publishes npfast.
        IToolchain toolchain = NativeAotToolchain.CreateBuilder()
            .UseNuGet()
            .TargetFrameworkMoniker("net10.0")
            .DisplayName("native")
            .ToToolchain();
        Job job = Length(smoke)
            .WithRuntime(NativeAotRuntime.Net10_0)
            .WithToolchain(toolchain)
            .WithGcServer(false)
            .WithGcConcurrent(false);
        return Create(job, log, artifacts);
    }

    // Ratios have to hold on a shared machine: several short iterations tell a hiccup from a change.
    private static Job Length(bool smoke) => Job.Default
        .WithWarmupCount(smoke ? 2 : 4)
        .WithIterationCount(smoke ? 5 : 10)
        .WithIterationTime(TimeInterval.FromMilliseconds(smoke ? 40 : 200))
        .WithEvaluateOverhead(!smoke)
        .WithId(smoke ? "smoke" : "short");

    private static ManualConfig Create(Job job, ILogger log, string artifacts) => ManualConfig.CreateEmpty()
        .AddJob(job)
        .AddLogger(log)
        .AddColumnProvider(DefaultColumnProviders.Instance)
        .AddAnalyser(EnvironmentAnalyser.Default)
        .WithOptions(ConfigOptions.DisableLogFile)
        .WithBuildTimeout(PublishLimit)
        .WithArtifactsPath(artifacts);
}
