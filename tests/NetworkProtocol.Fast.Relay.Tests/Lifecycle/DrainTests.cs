using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Relay.Tests.Admin;
using NetworkProtocol.Fast.Relay.Tests.Processes;
using NetworkProtocol.Fast.Server;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Tests.Shared;
using NetworkProtocol.Fast.Transport;
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

    // Where nothing answers the deadline ends it: before the requests' own limits, and far enough above the margin that
    // a drain which waits for something else is seen.
    private const int DeadlineSeconds = 12;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(DeadlineSeconds);

    // What a busy machine may take for a process to end.
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(10);

    private static CancellationToken Cancellation => TestContext.CurrentContext.CancellationToken;

    [TestCase(true, "plain")]
    [TestCase(false, "plain")]
    [TestCase(true, "secure")]
    [TestCase(false, "secure")]
    public async Task Relay_TerminatedUnderRequests_EachGetsItsEndAndItExitsInTime(
        bool upstreamAnswers, string session)
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
            "--listen", "tcp://127.0.0.1:0", "--session", session, "--upstream", $"up={upstream.Endpoints[0]}",
            "--upstream-session", "up=plain", "--route", "hold=up",
            "--shutdown-timeout", upstreamAnswers ? "1h" : $"{DeadlineSeconds}s");

        // The upstream has accepted both links before the relay may use them.
        await Eventually.HoldsAsync(() => relay.Log.Split("connected to").Length == 3);
        ClientOptions options = OptionsFor(session);
        var clients = new List<PacketClient>();
        for (int i = 0; i < Clients; i++)
        {
            clients.Add(await PacketClient.ConnectAsync(relay.Endpoints[0], runtime, options, Cancellation));
        }

        await using PacketClient idle = await PacketClient.ConnectAsync(
            relay.Endpoints[0], runtime, options, Cancellation);
        Task<string>[] requests =
        [
            .. clients.SelectMany(static client => Enumerable.Range(0, RequestsEach).Select(_ => EndOfAsync(client))),
        ];
        await Eventually.HoldsAsync(
            () => Volatile.Read(ref entered) == Requests || requests.Any(static r => r.IsCompleted));
        Assert.That(requests.Where(static r => r.IsCompleted).Select(static r => r.Result), Is.Empty);

        long signalled = Stopwatch.GetTimestamp();
        relay.Signal("TERM");
        await Eventually.HoldsAsync(() => relay.Log.Contains("draining 5 connections", StringComparison.Ordinal));
        if (upstreamAnswers)
        {
            answers.SetResult();
        }

        string[] ends = await Task.WhenAll(requests).WaitAsync(Cancellation);
        TestContext.Out.WriteLine(string.Join(", ", ends.CountBy(static end => end)));
        Assert.That(await relay.ExitAsync(), Is.Zero, relay.Log);
        TimeSpan taken = Stopwatch.GetElapsedTime(signalled);
        TestContext.Out.WriteLine($"exit after {taken.TotalSeconds:F1} s");
        Assert.That(taken, upstreamAnswers
            ? Is.LessThan(Margin)
            : Is.InRange(Deadline / 2, Deadline + Margin), "requests get the time there is, and no more");
        Assert.That(ends, upstreamAnswers ? Is.All.EqualTo("done") : Is.All.StartsWith("Error"));
        answers.TrySetResult();
        foreach (PacketClient client in clients)
        {
            await client.DisposeAsync();
        }
    }

    [Test]
    public async Task Relay_TerminatedWithAClientThatDoesNotRead_ExitsInTime()
    {
        const int ReplyBytes = 1 << 20;
        using AdminRelay relay = await AdminRelay.StartAsync(
            "--shutdown-timeout", "2s", "--slow-client-timeout", "1h");
        Endpoint endpoint = relay.Process.Endpoints[0];
        using var stalled = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await stalled.ConnectAsync(new IPEndPoint(IPAddress.Loopback, endpoint.Port), Cancellation);
        Task asking = AskAsync(stalled, RawPacket.Echo(1, new byte[ReplyBytes]));
        await Eventually.HoldsAsync(() => relay.MetricsAsync(Cancellation).GetAwaiter().GetResult()
            [$"npfast_send_queue_bytes{{listener=\"{endpoint}\"}}"] >= ReplyBytes, "its replies wait in the relay");

        long signalled = Stopwatch.GetTimestamp();
        Assert.That(await relay.Process.StopAsync(), Is.Zero, relay.Process.Log);
        Assert.That(Stopwatch.GetElapsedTime(signalled), Is.LessThan(TimeSpan.FromSeconds(2) + Margin));
        await asking;
    }

    // Sends and never reads, until it is cut.
    private static async Task AskAsync(Socket socket, byte[] request)
    {
        try
        {
            await socket.SendAsync(RawPacket.Opening(), Cancellation);
            while (true)
            {
                await socket.SendAsync(request, Cancellation);
            }
        }
        catch (SocketException)
        {
            // The relay has gone.
        }
    }

    private static ClientOptions OptionsFor(string session) => session == "plain"
        ? Plain.Client
        : new ClientOptions
        {
            Session = SessionKind.Secure,
            Secure = new SecureClientOptions { Trust = ServerTrust.Anyone },
        };

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
