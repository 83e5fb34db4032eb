using System;
using System.Linq;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Relay.Forwarding;
using NetworkProtocol.Fast.Server;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Acceptance;

/// <summary>Client, relay and upstream in this process: what all three allocate counts, so the relay's part is
/// within.</summary>
[TestFixture]
[CancelAfter(180_000)]
[NonParallelizable]
internal sealed class AllocationTests
{
    private const int Connections = 4;
    private const int InFlight = 16;
    private const long WarmUp = 200_000;
    private const long Packets = 1_000_000;
    private const long BytesMax = 1_000_000;

    [Test]
    public async Task Packets_AMillionEchoedAndAMillionForwarded_AllocateUnderAMegabyteInTotal()
    {
        using var runtime = new LinkRuntime();
        var handlers = new HandlerTable().Map("mirror", static (ref PacketContext c) => c.Reply(c.Payload));
        await using var upstream = new PacketServer(Listening(), handlers, runtime);
        upstream.Start();
        await using var relay = new RelayNode(
            new RelayOptions
            {
                Server = Listening(),
                Upstreams =
                [
                    new UpstreamOptions { Name = "up", Nodes = upstream.Endpoints, Session = SessionKind.Plain },
                ],
                Routes = [new RouteOptions { Match = RouteMatch.Parse("mirror"), Target = "up" }],
            },
            runtime);
        relay.Start();
        await Eventually.HoldsAsync(() => upstream.Connections == 2);
        PacketGenerator[] generators = await Task.WhenAll(Enumerable.Range(0, Connections)
            .Select(_ => PacketGenerator.ConnectAsync(relay.Endpoints[0], runtime)));

        long echoed = await MeasureAsync(generators, PacketType.Echo, []);
        long forwarded = await MeasureAsync(generators, PacketType.Custom, "mirror"u8.ToArray());
        TestContext.Out.WriteLine($"{echoed} B for {Packets} echoed, {forwarded} B for {Packets} forwarded");
        Assert.That(generators.Sum(static g => g.Errors), Is.Zero);
        Assert.That(echoed + forwarded, Is.LessThan(BytesMax));
        foreach (PacketGenerator generator in generators)
        {
            generator.Close();
        }
    }

    private static ServerOptions Listening() => new() { Listeners = [Plain.Loopback] };

    private static async Task<long> MeasureAsync(PacketGenerator[] generators, PacketType type, byte[] name)
    {
        await RunAsync(generators, type, name, WarmUp);
        long before = GC.GetTotalAllocatedBytes(precise: true);
        await RunAsync(generators, type, name, Packets);
        return GC.GetTotalAllocatedBytes(precise: true) - before;
    }

    private static async Task RunAsync(PacketGenerator[] generators, PacketType type, byte[] name, long count)
    {
        long start = generators.Sum(static g => g.Replies);
        foreach (PacketGenerator generator in generators)
        {
            generator.Begin(type, name, InFlight, count / Connections);
        }

        await Eventually.HoldsAsync(() => generators.Sum(static g => g.Replies) >= start + count);
    }
}
