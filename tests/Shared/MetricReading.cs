using System.Linq;
using NetworkProtocol.Fast.Diagnostics;
using NetworkProtocol.Fast.Link;

namespace NetworkProtocol.Fast.Tests.Shared;

/// <summary>What the metrics of a runtime in this process say now.</summary>
internal static class MetricReading
{
    /// <summary>Items dropped for a reason.</summary>
    internal static double DropsFor(this LinkRuntime runtime, string reason) =>
        runtime.Metrics.Collect()[Metrics.Drops].Where(sample => sample.Labels[0] == reason)
            .Sum(static sample => sample.Value);
}
