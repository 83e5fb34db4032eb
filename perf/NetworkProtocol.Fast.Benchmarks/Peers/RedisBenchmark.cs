using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Benchmarks.Measuring;
using NetworkProtocol.Fast.Benchmarks.Processes;

namespace NetworkProtocol.Fast.Benchmarks.Peers;

/// <summary>Runs <c>redis-benchmark</c> with PING, 16 connections and 64 requests in flight on each.</summary>
internal static class RedisBenchmark
{
    private const int FullRequests = 4_000_000;
    private const int SmokeRequests = 400_000;

    internal static async Task<Dictionary<string, double>> RunAsync(
        string benchmark, Placement placement, Child server, int port, bool smoke)
    {
        int requests = smoke ? SmokeRequests : FullRequests;
        string count = requests.ToString(CultureInfo.InvariantCulture);
        string number = port.ToString(CultureInfo.InvariantCulture);
        Dictionary<int, double> before = server.CpuSeconds;
        long start = Stopwatch.GetTimestamp();
        using Child client = Child.Start("redis-benchmark", placement.CommandOf(Part.Load, benchmark,
            ["-h", "127.0.0.1", "-p", number, "-P", "64", "-c", "16", "-n", count, "-t", "ping_mbulk", "--csv"]));
        await client.LineWithAsync("PING", TimeSpan.FromMinutes(2));
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        double cpu = ProcessClock.Used(before, server.CpuSeconds);
        return new Dictionary<string, double>
        {
            [FigureName.MessagesPerSecond] = requests / seconds,
            [FigureName.RelayCpu] = cpu * 1e6 / requests,
        };
    }
}
