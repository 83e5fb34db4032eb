using System;
using System.CommandLine;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Relay.Admin;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace NetworkProtocol.Fast.Relay.Cli.Control;

/// <summary><c>npfast top</c>: what a running relay does, over and over, in place on a terminal and one view after the
/// other elsewhere. Once it has seen the relay it outlives it: looks that fail say so and are tried again.</summary>
internal static class TopCommand
{
    private const int ConnectionsShown = 10;

    private static readonly Option<Duration> Interval = Parameters.Option(
        "--interval", "TIME", "Time from one look to the next",
        ValueParsers.DurationOf(Duration.Milliseconds(100), Duration.Seconds(3600)), Duration.Seconds(1));

    private static readonly Option<int> Count = Parameters.Option(
        "--count", "N", "How many looks; 0 goes on until q or Ctrl-C", ValueParsers.Integer(0, int.MaxValue), 0);

    internal static Command Create()
    {
        Command command = ControlParameters.Command(
            "top", "Shows what a running relay does, live.", Interval, Count);
        command.SetAction((parsed, _) => RunAsync(parsed));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed)
    {
        StandardOutput.Require();
        using AdminClient client = ControlParameters.Open(parsed);
        using var signals = new StopSignals();
        using TextWriter output = StandardOutput.OpenText();
        IAnsiConsole console = Terminal.Over(output);
        try
        {
            if (console.Profile.Capabilities.Ansi)
            {
                LeaveOnKey(signals);
                await console.Live(new Text("connecting")).StartAsync(live => LookAsync(parsed, client, view =>
                {
                    live.UpdateTarget(view);
                    live.Refresh();
                }, signals.Token)).ConfigureAwait(false);
            }
            else
            {
                await LookAsync(parsed, client, console.Write, signals.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
        {
            // Ctrl-C is how it ends.
        }

        return ExitCode.Clean;
    }

    // A read of a key cannot be cancelled, so it has a thread that ends with the process. The runtime puts the terminal
    // back as it was.
    private static void LeaveOnKey(StopSignals signals)
    {
        if (Console.IsInputRedirected)
        {
            return;
        }

        var thread = new Thread(() =>
        {
            try
            {
                while (Console.ReadKey(intercept: true).Key != ConsoleKey.Q)
                {
                }

                signals.RequestStop();
            }
            catch (Exception e) when (e is IOException or InvalidOperationException)
            {
                // The terminal has gone.
            }
        })
        {
            IsBackground = true,
            Name = "npfast Keys",
        };
        thread.Start();
    }

    private static async Task LookAsync(
        ParseResult parsed, AdminClient client, Action<IRenderable> show, CancellationToken cancellation)
    {
        StatusReport? before = null;
        bool hasSeen = false;
        int looks = parsed.GetValue(Count);
        for (int i = 1; ; i++)
        {
            try
            {
                StatusReport status = await client.GetAsync("api/status", AdminJson.Default.StatusReport, cancellation)
                    .ConfigureAwait(false);
                ConnectionsReport connections = await client.GetAsync($"api/connections?limit={ConnectionsShown}",
                    AdminJson.Default.ConnectionsReport, cancellation).ConfigureAwait(false);
                show(new Rows(StatusView.Of(status, before), StatusView.Of(connections)));
                before = status;
                hasSeen = true;
            }
            catch (CommandFailedException e) when (hasSeen && i != looks)
            {
                show(StatusView.Line($"{e.Message}; trying again"));

                // Whoever answers next may have begun to count anew.
                before = null;
            }

            if (i == looks)
            {
                return;
            }

            await Task.Delay(parsed.GetValue(Interval).Span, cancellation).ConfigureAwait(false);
        }
    }
}
