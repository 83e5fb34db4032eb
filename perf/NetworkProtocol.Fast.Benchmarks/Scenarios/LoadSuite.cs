using System.Threading.Tasks;

namespace NetworkProtocol.Fast.Benchmarks.Scenarios;

/// <summary>Everything that <c>run-bench.sh load</c> measures with processes of its own.</summary>
internal static class LoadSuite
{
    internal static async Task RunAsync(Harness harness)
    {
        await SteadyScenarios.RunAsync(harness);
        await harness.TryAsync(CompressionScenario.Name, () => CompressionScenario.RunAsync(harness));
        await ConnectScenarios.RunAsync(harness);
        await BackpressureScenarios.RunAsync(harness);
        await RecoveryScenarios.RunAsync(harness);
        await harness.TryAsync(IdleScenario.Name, () => IdleScenario.RunAsync(harness));
    }
}
