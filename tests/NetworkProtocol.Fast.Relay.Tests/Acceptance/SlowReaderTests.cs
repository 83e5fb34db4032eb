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
using NetworkProtocol.Fast.Relay.Tests.Processes;
using NetworkProtocol.Fast.Server;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Acceptance;

/// <summary>A client that asks for 1 GiB of replies and reads none of it.</summary>
[TestFixture]
[Category("Binary")]
[CancelAfter(180_000)]
internal sealed class SlowReaderTests
{
    private const int ReplyBytes = 1 << 20;
    private const int Requests = 1024;
    private const int LimitMiB = 96;

    // What the process has besides buffers: code, heap, stacks.
    private const int ProcessMiB = 64;

    [TestCase("big")]
    [TestCase("ECHO")]
    public async Task Client_ThatAsksForAGibibyteAndReadsNothing_IsClosedAndTheRelayStaysWithinItsBound(
        string name, CancellationToken cancellation)
    {
        using var runtime = new LinkRuntime(memoryLimitBytes: 1L << 30);
        await using PacketServer upstream = StartUpstream(runtime);
        using NpfastProcess relay = await NpfastProcess.StartRelayAsync(
            "--listen", "tcp://127.0.0.1:0", "--session", "plain", "--upstream-session", "up=plain",
            "--memory-limit", $"{LimitMiB}MiB", "--slow-client-timeout", "3s",
            "--upstream", $"up={upstream.Endpoints[0]}", "--route", "big=up", "--route", "small=up");
        await using PacketClient other = await PacketClient.ConnectAsync(
            relay.Endpoints[0], runtime, Plain.Client, cancellation);
        await Eventually.HoldsAsync(() => relay.Log.Contains("connected to", StringComparison.Ordinal));
        int looks = 200;
        TimeSpan[] before = await MeasureAsync(other, () => --looks < 0, cancellation);

        using var stalled = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await stalled.ConnectAsync(new IPEndPoint(IPAddress.Loopback, relay.Endpoints[0].Port), cancellation);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task asking = AskAsync(stalled, name, stop.Token);
        long peak = 0;
        TimeSpan[] during = await MeasureAsync(other, () =>
        {
            peak = Math.Max(peak, relay.ResidentBytes);
            return relay.Log.Contains("SlowConsumer", StringComparison.Ordinal);
        }, cancellation);
        await stop.CancelAsync();
        await asking;

        TestContext.Out.WriteLine(
            $"{name}: peak {peak >> 20} MiB of {LimitMiB} MiB for buffers; p99 of another client "
            + $"{P99(before)} us before, {P99(during)} us during");
        Assert.That(peak >> 20, Is.LessThan(LimitMiB + ProcessMiB));

        // Three times at most, but for a floor far above what a busy machine adds: a reply that waits behind a gibibyte
        // of another client's takes half a second.
        Assert.That(P99(during), Is.LessThan(Math.Max(3 * P99(before), 50_000)));
        using (PacketReply reply = await other.RequestAsync("small", new byte[64], null, cancellation))
        {
            Assert.That(reply.Payload.Length, Is.EqualTo(64));
        }

        await other.DisposeAsync();
        Assert.That(await relay.StopAsync(), Is.Zero, relay.Log);
    }

    private static PacketServer StartUpstream(LinkRuntime runtime)
    {
        byte[] big = new byte[ReplyBytes];
        HandlerTable handlers = new HandlerTable()
            .Map("big", (ref PacketContext c) => c.Reply(big))
            .Map("small", static (ref PacketContext c) => c.Reply(c.Payload));
        var server = new PacketServer(
            new ServerOptions { Listeners = [Plain.Loopback] },
            handlers, runtime);
        server.Start();
        return server;
    }

    // Raw bytes, because a client of ours would read. ECHO carries its own megabyte, "big" is answered with one.
    private static async Task AskAsync(Socket socket, string name, CancellationToken stop)
    {
        byte[] payload = name == "ECHO" ? new byte[ReplyBytes] : [];
        byte[] opening = RawPacket.Opening();
        try
        {
            await socket.SendAsync(opening, stop);
            for (uint i = 1; i <= Requests; i++)
            {
                byte[] request = name == "ECHO" ? RawPacket.Echo(i, payload) : RawPacket.Named(name, i, payload);
                for (int sent = 0; sent < request.Length;)
                {
                    sent += await socket.SendAsync(request.AsMemory(sent), stop);
                }
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // Cut, as it should be, or the test is over.
        }
    }

    private static async Task<TimeSpan[]> MeasureAsync(
        PacketClient client, Func<bool> enough, CancellationToken cancellation)
    {
        var times = new List<TimeSpan>();
        byte[] payload = new byte[64];
        for (int i = 0; i % 64 != 63 || !enough(); i++)
        {
            long start = Stopwatch.GetTimestamp();
            (await client.RequestAsync("small", payload, null, cancellation)).Dispose();
            times.Add(Stopwatch.GetElapsedTime(start));
        }

        return [.. times.Order()];
    }

    private static long P99(TimeSpan[] sorted) => (long)sorted[sorted.Length * 99 / 100].TotalMicroseconds;
}
