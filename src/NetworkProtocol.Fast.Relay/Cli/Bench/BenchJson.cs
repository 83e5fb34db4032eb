using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;
using System.Text.Json;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Cli.Bench;

/// <summary>The results as one JSON document for scripts.</summary>
internal static class BenchJson
{
    private static readonly (string Name, double Share)[] Percentiles =
        [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999)];

    internal static void Write(Stream output, BenchOptions options, IReadOnlyList<BenchResult> results)
    {
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteString("version", ProcessFacts.Version);
        json.WriteString("compilation", ProcessFacts.Compilation);
        json.WriteString("runtime", RuntimeInformation.FrameworkDescription);
        json.WriteString("os", RuntimeInformation.OSDescription);
        json.WriteNumber("processors", Environment.ProcessorCount);
        json.WriteNumber("socketThreads", SocketRuntime.SocketThreads);
        json.WriteNumber("payloadBytes", options.PayloadBytes);
        json.WriteNumber("wireBytes", options.WireBytes);
        json.WriteNumber("seconds", options.Duration.TotalSeconds);
        json.WriteNumber("rounds", options.Rounds);
        json.WriteStartArray("results");
        foreach (BenchResult result in results)
        {
            WriteResult(json, result, BenchReport.BaselineOf(results, result), BenchReport.PlainOf(results, result));
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        output.WriteByte((byte)'\n');
    }

    private static void WriteResult(
        Utf8JsonWriter json, BenchResult result, BenchResult? baseline, BenchResult? plain)
    {
        json.WriteStartObject();
        json.WriteString("subject", result.Subject);
        json.WriteNumber("connections", result.Shape.Connections);
        json.WriteNumber("inFlight", result.Shape.InFlight);
        WriteFigure(json, "messagesPerSecond", result.MessagesPerSecond);
        WriteFigure(json, "megabytesPerSecond", result.MegabytesPerSecond);
        json.WriteStartObject("latencyMicroseconds");
        foreach ((string name, double share) in Percentiles)
        {
            WriteFigure(json, name, result.LatencyMicroseconds(share));
        }

        json.WriteEndObject();
        if (baseline is not null)
        {
            WriteFigure(json, "ratioToRaw", result.RatioTo(baseline));
        }

        if (plain is not null)
        {
            WriteFigure(json, "ratioToPlain", result.RatioTo(plain));
        }

        WriteFigure(json, "allocatedBytesPerMessage", result.AllocatedBytesPerMessage);
        WriteFigure(json, "cpuMicrosecondsPerMessage", result.CpuMicrosecondsPerMessage);
        if (result.HandshakesPerSecondPerCore is { } handshakes)
        {
            WriteFigure(json, "handshakesPerSecondPerCore", handshakes);
        }

        json.WriteEndObject();
    }

    private static void WriteFigure(Utf8JsonWriter json, string name, Figure figure)
    {
        json.WriteStartObject(name);
        json.WriteNumber("median", Math.Round(figure.Median, 3));
        json.WriteNumber("min", Math.Round(figure.Min, 3));
        json.WriteNumber("max", Math.Round(figure.Max, 3));
        json.WriteEndObject();
    }
}
