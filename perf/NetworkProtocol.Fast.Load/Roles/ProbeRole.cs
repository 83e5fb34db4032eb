using System;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Loading.Roles;

/// <summary>
/// Clients that keep asking while servers come and go: each connects again when it has to. Says "failing" with the
/// first request that fails after a success, "recovered" with the first that was sent after that and succeeds, and at
/// its end how many succeeded and when each was sent that failed.
/// </summary>
internal static class ProbeRole
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(2);

    internal static async Task RunAsync(Arguments arguments)
    {
        LoadKind kind = arguments.NextKind();
        Endpoint target = arguments.NextTarget();
        int clients = arguments.Integer("--connections", 16);
        arguments.End();
        using var runtime = new LinkRuntime();
        var options = new ClientOptions
        {
            Session = kind == LoadKind.Secure ? SessionKind.Secure : SessionKind.Plain,
            Secure = kind == LoadKind.Secure ? new SecureClientOptions { Trust = ServerTrust.Anyone } : null,
            RequestTimeout = RequestTimeout,
            ConnectTimeout = RequestTimeout,
        };
        using var stop = new CancellationTokenSource();
        var tally = new ProbeTally();
        var loops = new Task[clients];
        for (int i = 0; i < clients; i++)
        {
            loops[i] = Task.Run(() => LoopAsync(target, runtime, options, tally, stop.Token));
        }

        await Line.InputEndedAsync().ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(loops).ConfigureAwait(false);
        Line.Write("result", tally.Write);
    }

    private static async Task LoopAsync(
        Endpoint target, LinkRuntime runtime, ClientOptions options, ProbeTally tally, CancellationToken stop)
    {
        byte[] payload = new byte[64];
        PacketClient? client = null;
        while (!stop.IsCancellationRequested)
        {
            long begun = Stopwatch.GetTimestamp();
            try
            {
                client ??= await PacketClient.ConnectAsync(target, runtime, options, stop).ConfigureAwait(false);
                (await client.RequestAsync("ECHO", payload, null, stop).ConfigureAwait(false)).Dispose();
                tally.Succeed(begun);
                await Task.Delay(Interval, stop).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e) when (e is PacketErrorException or PacketConnectionException or TransportException
                or TimeoutException or OperationCanceledException)
            {
                tally.Fail(begun);
                if (client is not null && e is not PacketErrorException)
                {
                    await client.DisposeAsync().ConfigureAwait(false);
                    client = null;
                }

                await Task.Delay(Interval, CancellationToken.None).ConfigureAwait(false);
            }
        }

        if (client is not null)
        {
            await client.DisposeAsync().ConfigureAwait(false);
        }
    }
}
