using System;
using System.Collections.Frozen;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Tests.Link;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Server;

/// <summary>Packets that nobody answers for are dropped in silence, so they are counted, by why.</summary>
[TestFixture]
[CancelAfter(60_000)]
internal sealed class OneWayDropTests
{
    private const int UnroutedNumber = 900;

    private static readonly PacketHeader OneWay = new() { Type = PacketType.Custom, Flags = PacketFlags.OneWay };

    private static readonly object[][] Undeliverable =
    [
        [RawPacket.Message("nobody", default), "no_route"],
        [RawPacket.Bytes(OneWay with { Type = (PacketType)UnroutedNumber }, "", default), "unknown_type"],
        [
            RawPacket.Bytes(OneWay with { Flags = PacketFlags.OneWay | PacketFlags.Lz4 }, "taken", new byte[8]),
            "decompression_failed",
        ],
        [RawPacket.Message("private", default), "unauthorized"],
    ];

    [TestCaseSource(nameof(Undeliverable))]
    public async Task OneWayPacket_ThatCannotBeTaken_IsCountedByWhy(byte[] packet, string reason)
    {
        HandlerTable handlers = new HandlerTable()
            .Map("taken", static (ref PacketContext _) => { })
            .Map(RouteMatch.Parse("private"),
                static _ => new RestrictedTarget(new EchoTarget(), FrozenSet.Create("somebody")));
        await using var harness = new ServerHarness(handlers);
        RawPeer peer = await harness.ConnectRawAsync();
        await peer.SendAsync([.. packet, .. packet, .. RawPacket.Message("taken", "x"u8)]);
        await Eventually.HoldsAsync(() => harness.Runtime.DropsFor(reason) == 2, reason);
        peer.Close();
    }

    [Test]
    public async Task OneWayPacket_ThatTheMemoryHasNoRoomFor_IsCountedAsOverloaded()
    {
        await using var harness = new ServerHarness(
            link: new LinkOptions { MemoryWaitTimeout = TimeSpan.FromMilliseconds(100) }, memoryBytes: 2 << 20);
        RawPeer peer = await harness.ConnectRawAsync();
        var hog = new PoolHog(harness.Runtime.Pool, blockBytesMin: 128 << 10);
        await peer.SendAsync(RawPacket.Message("any", new byte[1 << 20]));
        await Eventually.HoldsAsync(() => harness.Runtime.DropsFor("overloaded") == 1);
        hog.Return();
        peer.Close();
    }
}
