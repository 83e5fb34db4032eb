using System.Collections.Generic;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Benchmarks.Processes;

namespace NetworkProtocol.Fast.Benchmarks.Scenarios;

/// <summary>Payloads that compress and such that do not, with both sides compressing what they make, and
/// without.</summary>
internal static class CompressionScenario
{
    internal const string Name = "compression";

    private static readonly string[] Codecs = ["none", "lz4", "zstd"];
    private static readonly string[] Payloads = ["text", "random"];

    internal static async Task RunAsync(Harness harness)
    {
        using var bed = new Bed(harness, harness.Steady);
        var subjects = new List<Subject>();
        foreach (string codec in Codecs)
        {
            (Child relay, string target) =
                await bed.NpfastAsync($"npfast {codec}", Part.Relay, "plain", "--compress", codec);
            foreach (string payload in Payloads)
            {
                subjects.Add(new Subject($"npfast {codec}, {payload}", "plain", target, relay)
                {
                    Options = ["--compress", codec, "--payload", payload],
                });
            }
        }

        await Generator.RunAllAsync(harness, Name, harness.Steady, subjects, [Shape.Busy(16 << 10)]);
    }
}
