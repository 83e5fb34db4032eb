using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Runtime.InteropServices;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Cli.Bench;

/// <summary>The results as tables for people.</summary>
internal static class BenchReport
{
    internal static void Write(TextWriter output, BenchOptions options, IReadOnlyList<BenchResult> results)
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"npfast {ProcessFacts.Version} ({ProcessFacts.Compilation}), {RuntimeInformation.FrameworkDescription}, "
            + $"{RuntimeInformation.OSDescription}, {Count(Environment.ProcessorCount, "processor")}, "
            + $"{Count(SocketRuntime.SocketThreads, "socket thread")}"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{options.PayloadBytes} B payload, {options.WireBytes} B on the wire, "
            + $"{Count(options.Rounds, "round")} of "
            + $"{options.Duration.TotalSeconds:0.##} s, medians (lowest-highest)"));
        LoadShape? shape = null;
        var secure = new List<(BenchResult Secure, BenchResult Plain)>();
        foreach (BenchResult result in results)
        {
            if (shape != result.Shape)
            {
                shape = result.Shape;
                output.WriteLine();
                output.WriteLine(shape.ToString());
                output.WriteLine(
                    $"  {"",-17}{"messages/s",27}{"MB/s",9}{"p50 us",9}{"p90 us",9}{"p99 us",9}{"p99.9 us",10}"
                    + $"{"of raw",18}{"B alloc/msg",13}{"CPU us/msg",12}");
            }

            WriteRow(output, result, BaselineOf(results, result));
            if (PlainOf(results, result) is { } plain)
            {
                secure.Add((result, plain));
            }
        }

        if (secure.Count > 0)
        {
            output.WriteLine();
        }

        foreach ((BenchResult sealedResult, BenchResult plain) in secure)
        {
            output.WriteLine($"secure of plain, {sealedResult.Shape}: {Spread(sealedResult.RatioTo(plain), "0.00")}");
        }

        WriteHandshakes(output, results);
        output.WriteLine(options.IsRemote
            ? Environment.NewLine + "allocation and CPU are those of this process; the server's are not included"
            : LocalServers.HopsNote);
    }

    /// <summary>The plain echo under the same load, for the secure one; else null.</summary>
    internal static BenchResult? PlainOf(IReadOnlyList<BenchResult> results, BenchResult result) =>
        result.Subject == LocalServers.SecureSubject
            ? Find(results, LocalServers.PlainSubject, result.Shape)
            : null;

    /// <summary>The raw echo under the same load; null when there is none, or it is the one asked about.</summary>
    internal static BenchResult? BaselineOf(IReadOnlyList<BenchResult> results, BenchResult result)
    {
        BenchResult? raw = Find(results, LocalServers.RawSubject, result.Shape);
        return ReferenceEquals(raw, result) ? null : raw;
    }

    private static BenchResult? Find(IReadOnlyList<BenchResult> results, string subject, LoadShape shape)
    {
        foreach (BenchResult candidate in results)
        {
            if (candidate.Shape == shape && candidate.Subject == subject)
            {
                return candidate;
            }
        }

        return null;
    }

    private static void WriteHandshakes(TextWriter output, IReadOnlyList<BenchResult> results)
    {
        foreach (BenchResult result in results)
        {
            if (result.HandshakesPerSecondPerCore is { } handshakes)
            {
                output.WriteLine($"handshakes/s per core: {Spread(handshakes, "#,0")}, "
                    + "client, server and their connection on that core");
            }
        }
    }

    private static void WriteRow(TextWriter output, BenchResult result, BenchResult? baseline)
    {
        string rate = Spread(result.MessagesPerSecond, "#,0");
        string ratio = baseline is null ? "" : Spread(result.RatioTo(baseline), "0.00");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  {result.Subject,-17}{rate,27}{result.MegabytesPerSecond.Median,9:0.0}"
            + $"{result.LatencyMicroseconds(0.5).Median,9:0.0}{result.LatencyMicroseconds(0.9).Median,9:0.0}"
            + $"{result.LatencyMicroseconds(0.99).Median,9:0.0}{result.LatencyMicroseconds(0.999).Median,10:0.0}"
            + $"{ratio,18}{result.AllocatedBytesPerMessage.Median,13:0.000}"
            + $"{result.CpuMicrosecondsPerMessage.Median,12:0.00}"));
    }

    private static string Count(int number, string noun) =>
        string.Create(CultureInfo.InvariantCulture, $"{number} {noun}{(number == 1 ? "" : "s")}");

    private static string Spread(Figure figure, string format) => string.Create(CultureInfo.InvariantCulture,
        $"{figure.Median.ToString(format, CultureInfo.InvariantCulture)} "
        + $"({figure.Min.ToString(format, CultureInfo.InvariantCulture)}-"
        + $"{figure.Max.ToString(format, CultureInfo.InvariantCulture)})");
}
