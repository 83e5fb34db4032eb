using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Relay.Forwarding;
using NetworkProtocol.Fast.Tests.Shared;
using NetworkProtocol.Fast.Transport;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Forwarding;

/// <summary>Packets that want no reply and that no upstream takes: dropped, and counted by why.</summary>
[TestFixture]
[CancelAfter(60_000)]
internal sealed class OneWayDropTests
{
    private LinkRuntime runtime = null!;

    private static CancellationToken Limit => TestContext.CurrentContext.CancellationToken;

    [SetUp]
    public void SetUp() => runtime = new LinkRuntime();

    [TearDown]
    public void TearDown() => runtime.Dispose();

    [Test]
    public async Task OneWayPacket_WithoutAnUpstream_IsCountedAsNoUpstream()
    {
        await using RelayNode relay = Start(Endpoint.Parse("unix:///nonexistent/npfast.sock"));
        await using PacketClient client = await ConnectAsync(relay);
        await client.SendAsync("up", default, Limit);
        await Eventually.HoldsAsync(() => runtime.DropsFor("no_upstream") == 1);
    }

    [Test]
    public async Task OneWayPacket_ThatWaitedTooLongForAnUpstream_IsCountedAsTimeout()
    {
        // Opens its session and reads no more.
        await using var upstream = new ScriptedUpstream(static (_, stop) => Task.Delay(Timeout.Infinite, stop));
        await using RelayNode relay = Start(upstream.Endpoint);
        await using PacketClient client = await ConnectAsync(relay);
        await SendUntilCountedAsync(client, new byte[16 << 10], "timeout");
    }

    [Test]
    public async Task OneWayPacket_LargerThanTheUpstreamTakes_IsCountedAsTooLarge()
    {
        await using var upstream = new ScriptedUpstream(static (_, stop) => Task.Delay(Timeout.Infinite, stop),
            new LinkSettings { Software = "small", PayloadBytesMax = 64 << 10 });
        await using RelayNode relay = Start(upstream.Endpoint);
        await using PacketClient client = await ConnectAsync(relay);
        await SendUntilCountedAsync(client, new byte[65 << 10], "too_large");
    }

    [Test]
    public async Task OneWayPacket_WithoutHopsLeft_IsCountedAsHopLimit()
    {
        string path = Path.Combine(Path.GetTempPath(), $"npfast-self-{Guid.NewGuid():N}.sock");
        var self = Endpoint.Parse("unix://" + path);
        await using RelayNode relay = Start(self, Plain.On(self));
        await Eventually.HoldsAsync(() => relay.Server.Connections == 1);
        await using PacketClient client = await ConnectAsync(relay);
        await SendUntilCountedAsync(client, [], "hop_limit");
    }

    [Test]
    public async Task OneWayPacket_FromAnUpstream_IsCountedAsNoRoute()
    {
        await using var upstream = new ScriptedUpstream(async static (socket, stop) =>
        {
            await socket.SendAsync(RawPacket.Message("news", default), stop);
            await Task.Delay(Timeout.Infinite, stop);
        });
        await using RelayNode relay = Start(upstream.Endpoint);
        await Eventually.HoldsAsync(() => runtime.DropsFor("no_route") == 1);
    }

    // The relay connects to its upstream in the background, and an upstream that does not read is full in time.
    private async Task SendUntilCountedAsync(PacketClient client, byte[] payload, string reason)
    {
        while (runtime.DropsFor(reason) == 0)
        {
            await client.SendAsync("up", payload, Limit);
        }
    }

    private Task<PacketClient> ConnectAsync(RelayNode relay) =>
        PacketClient.ConnectAsync(relay.Endpoints[0], runtime, Plain.Client, Limit);

    private RelayNode Start(Endpoint upstream, ServerListener? listener = null)
    {
        var node = new RelayNode(
            new RelayOptions
            {
                Server = new ServerOptions { Listeners = [listener ?? Plain.Loopback] },
                Upstreams =
                [
                    new UpstreamOptions
                    {
                        Name = "up",
                        Nodes = [upstream],
                        Session = SessionKind.Plain,
                        LinksPerNode = 1,
                        RequestTimeout = TimeSpan.FromMilliseconds(300),
                    },
                ],
                Routes = [new RouteOptions { Match = RouteMatch.Parse("up"), Target = "up" }],
            },
            runtime);
        node.Start();
        return node;
    }
}
