using System;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;

namespace NetworkProtocol.Fast.Benchmarks.Reports;

/// <summary>Where figures come from; without it they mean nothing.</summary>
internal sealed record Machine
{
    public string Name { get; init; } = Environment.MachineName;

    public string Processor { get; init; } = ProcessorName();

    public int Processors { get; init; } = Environment.ProcessorCount;

    public string System { get; init; } = RuntimeInformation.OSDescription;

    public string Runtime { get; init; } = RuntimeInformation.FrameworkDescription;

    private static string ProcessorName()
    {
        const string List = "/proc/cpuinfo";
        string? line = File.Exists(List)
            ? File.ReadLines(List).FirstOrDefault(static l => l.StartsWith("model name", StringComparison.Ordinal))
            : null;
        return line?.Split(':', 2)[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
