using System;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Loading.Loads;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Relay.Cli;
using NetworkProtocol.Fast.Relay.Cli.Bench;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Loading.Roles;

/// <summary>
/// Loads a target: a closed loop, an open loop with <c>--rate</c>, or visits with <c>--visit</c>. Says
/// "measured" at the end of the window, and in its result what the processes of <c>--watch</c> used within it.
/// </summary>
internal static class GenerateRole
{
    private const long InFlightBytesMax = 1L << 30;

    internal static async Task RunAsync(Arguments arguments)
    {
        LoadKind kind = arguments.NextKind();
        Endpoint target = arguments.NextTarget();
        string visit = arguments.Text("--visit", string.Empty);
        double rate = arguments.Number("--rate", 0);
        var watched = new WatchedProcesses(arguments.Text("--watch", string.Empty));
        BenchOptions options = OptionsOf(arguments);
        arguments.End();
        long inFlightBytes = (long)options.WireBytes * options.Shape.Connections * options.Shape.InFlight;
        if (inFlightBytes > InFlightBytesMax)
        {
            throw new UsageException("more than a gibibyte would be in flight");
        }

        using var runtime = new LinkRuntime(LinkRuntime.MemoryLimitBytesDefault + (4 * inFlightBytes));
        Load load = CreateLoad(kind, visit, rate, target, options, runtime);
        int[] collections = [];
        BenchSample sample;
        await using (load.ConfigureAwait(false))
        {
            sample = await LoadMeasurement
                .RunAsync(load, options, FollowAsync, CancellationToken.None, watched.Look).ConfigureAwait(false);
        }

        Line.Write("result", json =>
        {
            Write(json, options, sample, collections);
            if (rate > 0)
            {
                json.WriteNumber("ofRate", sample.MessagesPerSecond / rate);
            }

            json.WriteStartArray("watchedCpuSeconds");
            foreach (double seconds in watched.CpuSeconds)
            {
                json.WriteNumberValue(seconds);
            }

            json.WriteEndArray();
            json.WriteStartArray("latencies");
            foreach ((int bucket, long count) in sample.Latencies.Buckets)
            {
                json.WriteNumberValue(bucket);
                json.WriteNumberValue(count);
            }

            json.WriteEndArray();
        });

        async Task FollowAsync(Load followed, Task measurement)
        {
            int[] before = Collections();
            await measurement.ConfigureAwait(false);
            Line.Event("measured");
            collections = Collections();
            for (int i = 0; i < before.Length; i++)
            {
                collections[i] -= before[i];
            }
        }
    }

    private static Load CreateLoad(
        LoadKind kind, string visit, double rate, Endpoint target, BenchOptions options, LinkRuntime runtime) =>
        (kind, visit, rate) switch
        {
            (LoadKind.Raw or LoadKind.Tls, "open" or "ask", 0) => new StreamVisitLoad(
                kind, Arguments.AddressOf(target), visit == "ask" ? options.WireBytes : 0, options.Shape),
            (_, "open" or "ask", 0) =>
                new ConnectLoad(target, SecurityOf(kind, target), options.Shape, runtime, asks: visit == "ask"),
            (LoadKind.Raw, "", 0) => new RawLoad(Arguments.AddressOf(target), options.WireBytes, options.Shape),
            (LoadKind.Tls, "", 0) => new TlsLoad(Arguments.AddressOf(target), options.WireBytes, options.Shape),
            (_, "", 0) => new PacketLoad(target, options, SecurityOf(kind, target), options.Shape, runtime),
            (LoadKind.Plain or LoadKind.Secure, "", > 0) =>
                new PacedPacketLoad(target, options, SecurityOf(kind, target), rate, runtime),
            (LoadKind.Raw, "", > 0) => new PacedRawLoad(Arguments.AddressOf(target), options, rate),
            _ => throw new UsageException("--rate takes raw, plain or secure, --visit takes open or ask, and not both"),
        };

    /// <summary>How packets are protected. Any key is taken: the server is this harness' own.</summary>
    internal static SecureClient? SecurityOf(LoadKind kind, Endpoint target) => kind == LoadKind.Secure
        ? new SecureClient(new SecureClientOptions { Trust = ServerTrust.Anyone }, target.ToString())
        : null;

    private static BenchOptions OptionsOf(Arguments arguments)
    {
        string name = arguments.Text("--name", "ECHO");
        string codec = arguments.Text("--compress", "none");
        if (PacketName.Parse(name, out PacketName packet) is { } badName)
        {
            throw new UsageException(badName);
        }

        if (ValueParsers.Compression(codec, out CompressionOptions? compression) is { } badCodec)
        {
            throw new UsageException(badCodec);
        }

        return new BenchOptions
        {
            PayloadBytes = arguments.Integer("--size", 64),
            Name = packet,
            Shape = new LoadShape(arguments.Integer("--connections", 16), arguments.Integer("--in-flight", 64)),
            Duration = TimeSpan.FromSeconds(arguments.Number("--seconds", 1)),
            DrainTimeout = TimeSpan.FromSeconds(arguments.Number("--drain", 10)),
            Rounds = 1,
            IsRemote = true,
            Compression = compression ?? CompressionOptions.None,
            IsCompressible = arguments.Text("--payload", "random") == "text",
        };
    }

    private static int[] Collections() => [GC.CollectionCount(0), GC.CollectionCount(1), GC.CollectionCount(2)];

    private static void Write(Utf8JsonWriter json, BenchOptions options, BenchSample sample, int[] collections)
    {
        json.WriteNumber("messages", sample.Messages);
        json.WriteNumber("seconds", sample.Elapsed.TotalSeconds);
        json.WriteNumber("messagesPerSecond", sample.MessagesPerSecond);
        json.WriteNumber("megabytesPerSecond", sample.MessagesPerSecond * options.PayloadBytes / 1e6);
        json.WriteNumber("p50", sample.Latencies.PercentileMicroseconds(0.5));
        json.WriteNumber("p90", sample.Latencies.PercentileMicroseconds(0.9));
        json.WriteNumber("p99", sample.Latencies.PercentileMicroseconds(0.99));
        json.WriteNumber("p99.9", sample.Latencies.PercentileMicroseconds(0.999));
        json.WriteNumber("max", sample.Latencies.MaxMicroseconds);
        json.WriteNumber("cpuSeconds", sample.Cpu.TotalSeconds);
        json.WriteNumber("allocatedBytes", sample.AllocatedBytes);
        json.WriteNumber("residentBytes", Environment.WorkingSet);
        for (int i = 0; i < collections.Length; i++)
        {
            json.WriteNumber($"gen{i}", collections[i]);
        }
    }
}
