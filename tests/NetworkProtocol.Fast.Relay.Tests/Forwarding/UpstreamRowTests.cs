using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Relay.Forwarding;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Forwarding;

/// <summary>An upstream that answers a whole row of requests in one send, whatever number that is.</summary>
[TestFixture]
[CancelAfter(60_000)]
internal sealed class UpstreamRowTests
{
    // The first has three quarters of the places, the second the rest, and both want more.
    private const int Clients = 2;
    private const int Backlog = 300;

    // A client may have 16 requests under way at first, and one more for each reply.
    private const int WarmUp = 200;

    private static CancellationToken Limit => TestContext.CurrentContext.CancellationToken;

    // What ended requests are given back in is full at 64.
    [TestCase(32)]
    [TestCase(64)]
    [TestCase(128)]
    public async Task Clients_ThatWaitForPlaces_GoOnAfterAnyNumberOfReplies(int places)
    {
        using var runtime = new LinkRuntime();
        var allWait = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var upstream = new ScriptedUpstream(
            (socket, stop) => AnswerInRowsAsync(socket, places, allWait.Task, stop),
            new LinkSettings { RequestsInFlightMax = (uint)places });
        await using RelayNode relay = Start(upstream, runtime);
        await Eventually.HoldsAsync(() => relay.Upstreams["up"].IsConnected);
        var clients = new List<PacketClient>();
        for (int i = 0; i < Clients; i++)
        {
            clients.Add(await PacketClient.ConnectAsync(relay.Endpoints[0], runtime, Plain.Client));
        }

        await Task.WhenAll(clients.Select(static client => AskAsync(client, WarmUp)));
        long pauses = runtime.Counters.Pauses;
        var asked = new List<Task>();
        foreach (PacketClient client in clients)
        {
            // One after the other, or both stop short of what the other leaves to those who ask for little.
            asked.Add(AskAsync(client, Backlog));
            pauses++;
            await Eventually.HoldsAsync(() => runtime.Counters.Pauses >= pauses, "the client waits");
        }

        allWait.SetResult();
        await Task.WhenAll(asked);
        foreach (PacketClient client in clients)
        {
            await client.DisposeAsync();
        }
    }

    private static async Task AskAsync(PacketClient client, int count)
    {
        Task<PacketReply>[] requests =
            [.. Enumerable.Range(0, count).Select(_ => client.RequestAsync("up", default).AsTask())];
        foreach (Task<PacketReply> request in requests)
        {
            (await request.WaitAsync(TimeSpan.FromSeconds(15), Limit)).Dispose();
        }
    }

    // Each request by itself, but for one row of all places while the clients wait for more.
    private static async Task AnswerInRowsAsync(
        Socket socket, int places, Task allWait, CancellationToken stop)
    {
        for (int i = 0; i < Clients * WarmUp; i++)
        {
            await socket.SendAsync(ReplyTo(await ScriptedUpstream.ReadPacketAsync(socket, stop)), stop);
        }

        var row = new List<byte>();
        for (int i = 0; i < places; i++)
        {
            row.AddRange(ReplyTo(await ScriptedUpstream.ReadPacketAsync(socket, stop)));
        }

        await allWait.WaitAsync(stop);
        await socket.SendAsync(row.ToArray(), stop);
        while (true)
        {
            await socket.SendAsync(ReplyTo(await ScriptedUpstream.ReadPacketAsync(socket, stop)), stop);
        }
    }

    private static byte[] ReplyTo(PacketHeader request)
    {
        byte[] packet = new byte[PacketHeader.BytesCount];
        new PacketHeader
        {
            Type = request.Type, Flags = PacketFlags.Reply, Correlation = request.Correlation,
        }.Write(packet);
        return packet;
    }

    private static RelayNode Start(ScriptedUpstream upstream, LinkRuntime runtime)
    {
        var node = new RelayNode(
            new RelayOptions
            {
                Server = new ServerOptions { Listeners = [Plain.Loopback] },
                Upstreams =
                [
                    new UpstreamOptions
                    {
                        Name = "up", Nodes = [upstream.Endpoint], Session = SessionKind.Plain, LinksPerNode = 1,
                    },
                ],
                Routes = [new RouteOptions { Match = RouteMatch.Parse("up"), Target = "up" }],
            },
            runtime);
        node.Start();
        return node;
    }
}
