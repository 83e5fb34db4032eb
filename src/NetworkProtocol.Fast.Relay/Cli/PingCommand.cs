using System;
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary><c>npfast ping</c>: round trips to a server, a line each, and a summary.</summary>
internal static class PingCommand
{
    private static readonly Argument<Endpoint> Uri = Parameters.Argument<Endpoint>(
        "URI", "Whom: tcp://HOST:PORT, tls://HOST:PORT, unix:///PATH, unix://@NAME or pipe://NAME",
        ValueParsers.Uri);

    private static readonly Option<int> Count = Parameters.Option(
        "--count", "N", "How many; 0 goes on until Ctrl-C", ValueParsers.Integer(0, int.MaxValue), 4);

    private static readonly Option<Duration> Interval = Parameters.Option(
        "--interval", "TIME", "Time from one ping to the next",
        ValueParsers.DurationOf(default, Duration.Seconds(3600)), Duration.Seconds(1));

    internal static Command Create()
    {
        var command = new Command("ping", "Measures round trips to a server.")
        {
            Uri, Count, Interval, SharedOptions.Timeout,
        };
        TrustOptions.AddTo(command);
        command.SetAction((parsed, _) => RunAsync(parsed));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed)
    {
        Endpoint endpoint = parsed.GetValue(Uri)!;
        StandardOutput.Require();
        using var signals = new StopSignals();
        using ClientSecurity security = ClientSecurity.From(parsed, endpoint);
        TimeSpan timeout = parsed.GetValue(SharedOptions.Timeout).Span;
        var options = new ClientOptions
        {
            ConnectTimeout = timeout,
            RequestTimeout = timeout,
            Session = security.Session,
            Secure = security.Options,
            Tls = security.Tls,
            Link = new LinkOptions { Software = "npfast ping" },
        };
        using var runtime = new LinkRuntime();
        PacketClient client =
            await PacketClient.ConnectAsync(endpoint, runtime, options, signals.Token).ConfigureAwait(false);
        await using (client.ConfigureAwait(false))
        {
            using TextWriter output = StandardOutput.OpenText();
            var tally = new PingTally(endpoint, output);
            int count = parsed.GetValue(Count);
            await PingAsync(client, tally, count == 0 ? int.MaxValue : count, parsed.GetValue(Interval).Span,
                signals.Token).ConfigureAwait(false);
            return tally.Summarise();
        }
    }

    private static async Task PingAsync(
        PacketClient client, PingTally tally, int count, TimeSpan interval, CancellationToken cancellationToken)
    {
        try
        {
            for (int i = 0; i < count; i++)
            {
                long start = Stopwatch.GetTimestamp();
                await PingOnceAsync(client, tally, cancellationToken).ConfigureAwait(false);
                TimeSpan rest = interval - Stopwatch.GetElapsedTime(start);
                if (i < count - 1 && rest > TimeSpan.Zero)
                {
                    await Task.Delay(rest, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C ends the row; the summary follows.
        }
        catch (PacketConnectionException e)
        {
            tally.Lost(e.Message);
        }
    }

    private static async Task PingOnceAsync(PacketClient client, PingTally tally, CancellationToken cancellationToken)
    {
        tally.Sent();
        try
        {
            long start = Stopwatch.GetTimestamp();
            await client.PingAsync(null, cancellationToken).ConfigureAwait(false);
            tally.Received(Stopwatch.GetTimestamp() - start);
        }
        catch (PacketErrorException e) when (e.Code == ErrorCode.Timeout)
        {
            tally.Failed("no reply in time");
        }
    }

    /// <summary>What was sent and came back. One thread at a time.</summary>
    private sealed class PingTally(Endpoint endpoint, TextWriter output)
    {
        private readonly LatencyHistogram times = new();
        private int sent;
        private bool isLost;

        internal void Sent() => sent++;

        internal void Received(long ticks)
        {
            times.Record(ticks);
            double milliseconds = ticks * 1e3 / Stopwatch.Frequency;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"reply from {endpoint}: seq={sent} time={milliseconds:0.000} ms"));
        }

        internal void Failed(string reason) => output.WriteLine($"no reply from {endpoint}: seq={sent} {reason}");

        /// <summary>The connection ended before the row did.</summary>
        internal void Lost(string reason)
        {
            isLost = true;
            Failed(reason);
        }

        /// <returns>The exit code: a failure when nothing came back or the connection was lost.</returns>
        internal int Summarise()
        {
            output.WriteLine(
                $"--- {endpoint}: {sent} sent, {times.Count} received, {sent - times.Count} lost ---");
            if (times.Count == 0)
            {
                return ExitCode.Failure;
            }

            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"min/p50/p99/max = {times.MinMicroseconds / 1e3:0.000}/"
                + $"{times.PercentileMicroseconds(0.5) / 1e3:0.000}/"
                + $"{times.PercentileMicroseconds(0.99) / 1e3:0.000}/{times.MaxMicroseconds / 1e3:0.000} ms"));
            return isLost ? ExitCode.Failure : ExitCode.Clean;
        }
    }
}
