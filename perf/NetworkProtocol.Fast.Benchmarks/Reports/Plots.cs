using NetworkProtocol.Fast.Benchmarks.Measuring;

namespace NetworkProtocol.Fast.Benchmarks.Reports;

internal static class Plots
{
    internal static string Write(Measurements measurements, string folder, string name) => "";
}
