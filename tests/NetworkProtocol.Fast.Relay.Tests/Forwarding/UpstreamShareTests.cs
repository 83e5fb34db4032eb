using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Relay.Forwarding;
using NetworkProtocol.Fast.Server;
using NetworkProtocol.Fast.Tests.Shared;
using NetworkProtocol.Fast.Transport;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Forwarding;

/// <summary>Clients that share an upstream which takes few requests at a time.</summary>
[TestFixture]
[CancelAfter(120_000)]
internal sealed class UpstreamShareTests
{
    private const int Places = 16;

    private LinkRuntime runtime = null!;
    private HeldRequests held = null!;
    private PacketServer upstream = null!;
    private RelayNode relay = null!;

    private static Endpoint Loopback => Endpoint.Parse("tcp://127.0.0.1:0");

    [TearDown]
    public async Task TearDown()
    {
        held.ReleaseAll();
        await relay.DisposeAsync();
        await upstream.DisposeAsync();
        runtime.Dispose();
    }

    [Test]
    public async Task GreedyClient_WithAllItCanHave_LeavesPlacesToOthers()
    {
        Start(TimeSpan.FromSeconds(60));
        await using PacketClient greedy = await ConnectAsync();
        await using PacketClient modest = await ConnectAsync();
        Task<PacketReply>[] backlog =
            [.. Enumerable.Range(0, 200).Select(_ => greedy.RequestAsync("held", default).AsTask())];
        await Eventually.HoldsAsync(() => held.Count == Places - (Places / 4), "the greedy one has its share");
        Task<PacketReply> other = modest.RequestAsync("held", default).AsTask();
        await Eventually.HoldsAsync(() => held.Count == Places - (Places / 4) + 1, "the other one gets through");
        held.ReleaseAll();
        (await other).Dispose();
        foreach (Task<PacketReply> pending in backlog)
        {
            (await pending).Dispose();
        }
    }

    [Test]
    public async Task Request_ThatFindsNoPlaceInTime_EndsWithTimeoutAndTheClientGoesOn()
    {
        Start(TimeSpan.FromMilliseconds(400));
        var clients = new List<PacketClient>();
        for (int i = 0; i < Places * 2; i++)
        {
            clients.Add(await ConnectAsync());
        }

        Task<PacketReply>[] requests = [.. clients.Select(static c => c.RequestAsync("held", default).AsTask())];
        foreach (Task<PacketReply> request in requests)
        {
            PacketErrorException? error = Assert.ThrowsAsync<PacketErrorException>(() => request);
            Assert.That(error!.Code, Is.EqualTo(ErrorCode.Timeout));
        }

        foreach (PacketClient client in clients)
        {
            (await client.RequestAsync("ECHO", default)).Dispose();
            await client.DisposeAsync();
        }
    }

    [Test]
    public async Task ManyClients_OnFewPlaces_AreEachPausedAFewTimesAtMost()
    {
        const int Clients = 100;
        const int Rounds = 20;
        Start(TimeSpan.FromSeconds(60), hold: false);
        var clients = new List<PacketClient>();
        for (int i = 0; i < Clients; i++)
        {
            clients.Add(await ConnectAsync());
        }

        await Task.WhenAll(clients.Select(static async client =>
        {
            for (int i = 0; i < Rounds; i++)
            {
                (await client.RequestAsync("held", default)).Dispose();
            }
        }));
        double pauses = runtime.Counters.Pauses / (double)(Clients * Rounds);
        TestContext.Out.WriteLine($"{pauses:0.00} pauses for a request");
        Assert.That(pauses, Is.LessThan(3));
        foreach (PacketClient client in clients)
        {
            await client.DisposeAsync();
        }
    }

    private void Start(TimeSpan timeout, bool hold = true)
    {
        runtime = new LinkRuntime();
        held = new HeldRequests(hold);
        upstream = new PacketServer(
            new ServerOptions
            {
                Listeners = [Plain.Loopback],
                Link = new LinkOptions { RequestsInFlightMax = Places },
            },
            new HandlerTable().MapAsync("held", held.HandleAsync)
                .Map("probe", static (ref PacketContext context) => context.Reply(default)),
            runtime);
        upstream.Start();
        relay = new RelayNode(
            new RelayOptions
            {
                Server = new ServerOptions { Listeners = [Plain.Loopback] },
                Upstreams =
                [
                    new UpstreamOptions
                    {
                        Name = "up", Nodes = upstream.Endpoints, Session = SessionKind.Plain, LinksPerNode = 1,
                        RequestTimeout = timeout,

                        // Requests that wait are what this is about, not what becomes of a node that lets them.
                        Failures = 0,
                    },
                ],
                Routes =
                [
                    new RouteOptions { Match = RouteMatch.Parse("held"), Target = "up" },
                    new RouteOptions { Match = RouteMatch.Parse("probe"), Target = "up" },
                ],
            },
            runtime);
        relay.Start();
    }

    // Through to the upstream, which the relay connects to in the background.
    private async Task<PacketClient> ConnectAsync()
    {
        PacketClient client = await PacketClient.ConnectAsync(relay.Endpoints[0], runtime, Plain.Client);
        while (true)
        {
            try
            {
                (await client.RequestAsync("probe", default)).Dispose();
                return client;
            }
            catch (PacketErrorException e) when (e.Code == ErrorCode.NoUpstream)
            {
                await Task.Yield();
            }
        }
    }

    /// <summary>A handler that answers when it is told to.</summary>
    private sealed class HeldRequests(bool hold)
    {
        private readonly TaskCompletionSource release = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int count;

        internal int Count => Volatile.Read(ref count);

        internal void ReleaseAll() => release.TrySetResult();

        internal async ValueTask HandleAsync(PacketRequest request)
        {
            Interlocked.Increment(ref count);
            if (hold)
            {
                await release.Task;
            }

            await Task.Yield();
            request.Reply("done"u8);
        }
    }
}
