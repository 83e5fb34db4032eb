using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Benchmarks.Processes;

namespace NetworkProtocol.Fast.Benchmarks.Load;

/// <summary>Runs <c>npfast bench --json</c> for each payload size and reads what it prints.</summary>
internal static class LoadRun
{
    // Throughput by size is measured between processes; this is for allocated bytes, which only the process itself
    // knows, and both kinds of send: copied and by reference.
    private static readonly int[] Sizes = [64, 64 << 10];
    private static readonly int[] SmokeSizes = [64];

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    /// <param name="npfast">The executable.</param>
    /// <param name="smoke">One size, one short round.</param>
    internal static IReadOnlyList<LoadResult> Run(string npfast, bool smoke)
    {
        var results = new List<LoadResult>();
        foreach (int size in smoke ? SmokeSizes : Sizes)
        {
            string bytes = size.ToString(CultureInfo.InvariantCulture);
            string[] times = smoke ? ["--rounds", "1", "--seconds", "0.3"] : ["--rounds", "5", "--seconds", "0.5"];

            // What is in flight should fit the caches' order of magnitude: 64 KiB times 16 times 64 would be 64 MiB.
            string inFlight = size >= 16 << 10 ? "4" : "64";
            using JsonDocument document = RunOnce(
                npfast, ["bench", "--json", "--progress", "--size", bytes, "--in-flight", inFlight, .. times]);
            string compilation = document.RootElement.GetProperty("compilation").GetString()!;
            foreach (JsonElement row in document.RootElement.GetProperty("results").EnumerateArray())
            {
                results.Add(ResultOf(row, size, compilation));
            }
        }

        return results;
    }

    private static JsonDocument RunOnce(string npfast, string[] arguments)
    {
        Console.WriteLine($"npfast {string.Join(' ', arguments)}");
        using var process = Process.Start(new ProcessStartInfo(npfast, arguments) { RedirectStandardOutput = true })
            ?? throw new InvalidOperationException($"{npfast} does not start");
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        if (!output.Wait(Limit) || !process.WaitForExit(Limit))
        {
            process.Kill(entireProcessTree: true);
            throw new MeasurementException($"npfast bench took more than {Limit.TotalMinutes} minutes");
        }

        return process.ExitCode == 0
            ? JsonDocument.Parse(output.Result)
            : throw new MeasurementException($"npfast bench ended with exit code {process.ExitCode}");
    }

    private static LoadResult ResultOf(JsonElement row, int payloadBytes, string compilation)
    {
        JsonElement latency = row.GetProperty("latencyMicroseconds");
        return new LoadResult
        {
            Subject = row.GetProperty("subject").GetString()!,
            Compilation = compilation,
            PayloadBytes = payloadBytes,
            Connections = row.GetProperty("connections").GetInt32(),
            InFlight = row.GetProperty("inFlight").GetInt32(),
            MessagesPerSecond = MedianOf(row, "messagesPerSecond"),
            P50Microseconds = MedianOf(latency, "p50"),
            P99Microseconds = MedianOf(latency, "p99"),
            RatioToRaw = row.TryGetProperty("ratioToRaw", out _) ? MedianOf(row, "ratioToRaw") : null,
            RatioToPlain = row.TryGetProperty("ratioToPlain", out _) ? MedianOf(row, "ratioToPlain") : null,
            AllocatedBytesPerMessage = MedianOf(row, "allocatedBytesPerMessage"),
            CpuMicrosecondsPerMessage = MedianOf(row, "cpuMicrosecondsPerMessage"),
        };
    }

    private static double MedianOf(JsonElement row, string figure) =>
        row.GetProperty(figure).GetProperty("median").GetDouble();
}
