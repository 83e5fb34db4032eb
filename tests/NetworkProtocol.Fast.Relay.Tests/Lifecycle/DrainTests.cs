using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Relay.Tests.Processes;
using NetworkProtocol.Fast.Server;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Lifecycle;

/// <summary>SIGTERM while 1,000 requests are under way through the real relay.</summary>
[TestFixture]
[Category("Binary")]
[CancelAfter(120_000)]
internal sealed class DrainTests
{
    private const int Clients = 4;
    private const int RequestsEach = 250;
    private const int Requests = Clients * RequestsEach;

    private static CancellationToken Cancellation => TestContext.CurrentContext.CancellationToken;

    [TestCase(true)]
    [TestCase(false)]
    public async Task Relay_TerminatedUnderRequests_EachGetsItsEnd(bool upstreamAnswers)
    {
        var answers = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        int entered = 0;
        var handlers = new HandlerTable().MapAsync("hold", async request =>
        {
            Interlocked.Increment(ref entered);
            await answers.Task;
            request.Reply("done"u8);
        });
        using var runtime = new LinkRuntime();
        await using var upstream = new PacketServer(
            new ServerOptions { Listeners = [Plain.Loopback] }, handlers, runtime);
        upstream.Start();
        using NpfastProcess relay = await NpfastProcess.StartRelayAsync(
            "--listen", "tcp://127.0.0.1:0", "--session", "plain", "--upstream", $"up={upstream.Endpoints[0]}",
            "--upstream-session", "up=plain", "--route", "hold=up",
            "--shutdown-timeout", upstreamAnswers ? "1h" : "2s");
        await Eventually.HoldsAsync(() => upstream.Connections == 2);
        var clients = new List<PacketClient>();
        for (int i = 0; i < Clients; i++)
        {
            clients.Add(await PacketClient.ConnectAsync(relay.Endpoints[0], runtime, Plain.Client, Cancellation));
        }

        await using PacketClient idle = await PacketClient.ConnectAsync(
            relay.Endpoints[0], runtime, Plain.Client, Cancellation);
        Task<string>[] requests =
        [
            .. clients.SelectMany(static client => Enumerable.Range(0, RequestsEach).Select(_ => EndOfAsync(client))),
        ];
        await Eventually.HoldsAsync(() => Volatile.Read(ref entered) == Requests);

        relay.Signal("TERM");
        await Eventually.HoldsAsync(() => relay.Log.Contains("draining 5 connections", StringComparison.Ordinal));
        if (upstreamAnswers)
        {
            answers.SetResult();
        }

        string[] ends = await Task.WhenAll(requests).WaitAsync(Cancellation);
        TestContext.Out.WriteLine(string.Join(", ", ends.CountBy(static end => end)));
        Assert.That(await relay.ExitAsync(), Is.Zero, relay.Log);
        Assert.That(ends, upstreamAnswers ? Is.All.EqualTo("done") : Is.All.StartsWith("Error"));
        answers.TrySetResult();
        foreach (PacketClient client in clients)
        {
            await client.DisposeAsync();
        }
    }

    private static async Task<string> EndOfAsync(PacketClient client)
    {
        try
        {
            using PacketReply reply = await client.RequestAsync(
                "hold", new byte[16], TimeSpan.FromMinutes(2), cancellationToken: Cancellation);
            return System.Text.Encoding.UTF8.GetString(reply.Payload.Span);
        }
        catch (PacketErrorException e)
        {
            return $"Error({e.Code})";
        }
        catch (PacketConnectionException e)
        {
            return $"closed: {e.Message}";
        }
    }
}
