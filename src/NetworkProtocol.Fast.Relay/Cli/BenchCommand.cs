using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Relay.Cli.Bench;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary><c>npfast bench</c>: loads a server, or relay and upstream in this very process, and reports.</summary>
internal static class BenchCommand
{
    // What is in flight stands in buffers of generator, relay and upstream, besides those of the kernel.
    private const long InFlightBytesMax = 1L << 30;
    private const int CopiesOfInFlight = 4;

    private static readonly Argument<Endpoint?> Uri = Parameters.Argument<Endpoint?>(
        "URI", "What to load; none starts a relay and an upstream in this process", ParseUri, optional: true);

    private static readonly Option<ByteSize> Size = Parameters.Option(
        "--size", "SIZE", "Payload of each message",
        ValueParsers.SizeOf(default, new ByteSize(PacketLimits.PayloadBytesMax)), new ByteSize(64));

    private static readonly Option<int> Connections = Parameters.Option(
        "--connections", "N", "Connections that carry load", ValueParsers.Integer(1, 100_000), 16);

    private static readonly Option<int> InFlight = Parameters.Option(
        "--in-flight", "N", "Messages under way on each connection", ValueParsers.Integer(1, 1 << 20), 64);

    private static readonly Option<double> Seconds = Parameters.Option<double>(
        "--seconds", "N", "Time measured for each subject and round",
        ValueParsers.InRange<double>(ParseSeconds, 0.05, 3600), 2);

    private static readonly Option<int> Rounds = Parameters.Option(
        "--rounds", "N", "Rounds; medians are reported", ValueParsers.Integer(1, 1000), 3);

    private static readonly Option<PacketName> Name = Parameters.Option(
        "--name", "NAME", "Name or type number of a packet that echoes, for a given URI", PacketName.Parse,
        PacketName.Echo);

    private static readonly Option<int> Idle = Parameters.Option<int>(
        "--idle", "N", "Opens N idle links to a relay of its own instead, and reports the memory of each",
        ValueParsers.Integer(IdleBench.BaselineLinks + 1, 1 << 20));

    private static readonly Option<bool> Json = Parameters.Flag("--json", "Prints one JSON document");

    private static readonly Option<bool> Progress = Parameters.Flag(
        "--progress", "Shows progress on stderr also when that is no terminal");

    internal static Command Create()
    {
        var command = new Command("bench", "Measures throughput and latency.")
        {
            Uri, Size, Connections, InFlight, Seconds, Rounds, Name, Idle, Json, Progress,
            SharedOptions.Workers,
        };
        TrustOptions.AddTo(command);
        command.SetAction((parsed, _) => RunAsync(parsed));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed)
    {
        StandardOutput.Require();
        using var signals = new StopSignals();
        Endpoint? target = parsed.GetValue(Uri);
        if (target is null)
        {
            ClientSecurity.RequireNone(parsed, "a server; give its URI");
        }

        int idle = parsed.GetValue(Idle);
        if (idle > 0)
        {
            if (target is not null)
            {
                throw new UsageException("--idle starts a relay of its own; leave the URI out");
            }

            RequireLoadUnset(parsed);
            IdleResult result = await IdleBench.RunAsync(idle, signals.Token).ConfigureAwait(false);
            using TextWriter text = StandardOutput.OpenText();
            result.Write(text, parsed.GetValue(Json));
            return ExitCode.Clean;
        }

        BenchOptions options = ToOptions(parsed, target);
        long inFlightBytes = (long)options.WireBytes * options.Shape.Connections * options.Shape.InFlight;

        // Without a target both ends of every connection are in this process.
        DescriptorLimit.Require(options.Shape.Connections * (target is null ? 2L : 1L));
        using var runtime = new LinkRuntime(
            LinkRuntime.MemoryLimitBytesDefault + (CopiesOfInFlight * inFlightBytes));
        bool showProgress = parsed.GetValue(Progress) || !Console.IsErrorRedirected;
        var runner = new BenchRunner(options, new BenchProgress(showProgress, options.Rounds));
        List<BenchResult> results = target is null
            ? await RunLocalAsync(runner, options, runtime, signals.Token).ConfigureAwait(false)
            : await RunRemoteAsync(runner, options, runtime, target, parsed, signals.Token).ConfigureAwait(false);
        if (parsed.GetValue(Json))
        {
            using Stream output = StandardOutput.Open();
            BenchJson.Write(output, options, results);
        }
        else
        {
            using TextWriter output = StandardOutput.OpenText();
            BenchReport.Write(output, options, results);
        }

        return ExitCode.Clean;
    }

    private static async Task<List<BenchResult>> RunLocalAsync(
        BenchRunner runner, BenchOptions options, LinkRuntime runtime, CancellationToken cancellationToken)
    {
        LocalServers servers = await LocalServers
            .StartAsync(runtime, options.Shape.InFlight, cancellationToken).ConfigureAwait(false);
        await using (servers.ConfigureAwait(false))
        {
            LoadShape[] shapes = options.Shape == LoadShape.PingPong
                ? [options.Shape]
                : [options.Shape, LoadShape.PingPong];
            IReadOnlyList<BenchSubject> subjects = servers.Subjects(options, runtime);
            List<BenchResult> results =
                await runner.RunAsync(subjects, shapes, cancellationToken).ConfigureAwait(false);
            results.AddRange(await runner.RunAsync(
                servers.ConnectSubjects(runtime), [LoadShape.Visits], cancellationToken).ConfigureAwait(false));
            return results;
        }
    }

    private static async Task<List<BenchResult>> RunRemoteAsync(BenchRunner runner, BenchOptions options,
        LinkRuntime runtime, Endpoint target, ParseResult parsed, CancellationToken cancellationToken)
    {
        using ClientSecurity security = ClientSecurity.From(parsed, target);
        SecureClient? client = security.For(target);
        TransportOptions transport = security.TransportFor(target);
        var subject = new BenchSubject(
            options.Name.Text, shape => new PacketLoad(target, options, client, shape, runtime, transport));
        return await runner.RunAsync([subject], [options.Shape], cancellationToken).ConfigureAwait(false);
    }

    private static void RequireLoadUnset(ParseResult parsed)
    {
        Option[] ofLoads = [Size, Connections, InFlight, Seconds, Rounds, Name, Progress];
        foreach (Option option in ofLoads)
        {
            if (parsed.GetResult(option) is { Implicit: false })
            {
                throw new UsageException($"--idle puts no load on its links; leave {option.Name} out");
            }
        }
    }

    private static BenchOptions ToOptions(ParseResult parsed, Endpoint? target)
    {
        PacketName name = parsed.GetValue(Name);
        if (target is null && name != PacketName.Echo)
        {
            throw new UsageException("--name needs a server that handles it; give its URI");
        }

        var options = new BenchOptions
        {
            PayloadBytes = (int)parsed.GetValue(Size).Bytes,
            Name = name,
            Shape = new LoadShape(parsed.GetValue(Connections), parsed.GetValue(InFlight)),
            Duration = TimeSpan.FromSeconds(parsed.GetValue(Seconds)),
            Rounds = parsed.GetValue(Rounds),
            IsRemote = target is not null,
        };
        if ((long)options.WireBytes * options.Shape.Connections * options.Shape.InFlight > InFlightBytesMax)
        {
            throw new UsageException(
                $"more than {new ByteSize(InFlightBytesMax)} would be in flight; "
                + "lower --size, --connections or --in-flight");
        }

        return options;
    }

    private static string? ParseUri(string text, out Endpoint? value) => ValueParsers.Uri(text, out value!);

    private static string? ParseSeconds(string text, out double value) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value)
            ? null
            : $"'{text}' is not a number of seconds; write one, as in 2 or 0.5";
}
