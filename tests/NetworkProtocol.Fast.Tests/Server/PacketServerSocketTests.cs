using System.Linq;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Tests.Link;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Server;

/// <summary>Peers that break the rules over real sockets, where a careless close becomes a reset that eats last
/// words.</summary>
[CancelAfter(60_000)]
internal sealed class PacketServerSocketTests
{
    [Test]
    public async Task FaultyPeer_ThatKeepsSending_StillReadsTheError()
    {
        await using var harness = new ServerHarness();
        for (int round = 0; round < 20; round++)
        {
            RawPeer peer = await harness.ConnectRawAsync();
            Task<bool> sending = peer.TrySendAsync([.. "XX"u8, .. new byte[4 << 20]]);
            RawPacket error = await peer.PacketAsync();
            Assert.That((error.Type, error.Code), Is.EqualTo((PacketType.Error, ErrorCode.Malformed)));
            Assert.That(await sending, "all of it was taken and dropped");
            await peer.ExpectCloseAsync();
            peer.Close();
        }
    }

    [Test]
    public async Task HalfClosedPeer_StillGetsEveryReply()
    {
        HandlerTable handlers = new HandlerTable().MapAsync("later", static async r =>
        {
            await Task.Yield();
            r.Reply(r.Payload.Span);
        });
        await using var harness = new ServerHarness(handlers);
        RawPeer peer = await harness.ConnectRawAsync();
        await peer.SendAsync([.. Enumerable.Range(1, 100).SelectMany(
            static i => RawPacket.Named(i % 2 == 0 ? "later" : "ECHO", (uint)i, new byte[1_000]))]);
        peer.ShutdownSend();
        var answered = new bool[101];
        for (int i = 0; i < 100; i++)
        {
            RawPacket reply = await peer.PacketAsync();
            Assert.That(reply.Header.IsReply && !answered[reply.Correlation]);
            answered[reply.Correlation] = true;
        }

        await peer.ExpectCloseAsync();
        peer.Close();
    }

    [Test]
    public async Task Peers_ThatVanishAmidTheirReplies_LeaveNothingBehind()
    {
        HandlerTable handlers = new HandlerTable().MapAsync("later", static async r =>
        {
            await Task.Yield();
            r.Reply(new byte[50_000]);
        });
        await using var harness = new ServerHarness(handlers);
        for (int round = 0; round < 50; round++)
        {
            RawPeer peer = await harness.ConnectRawAsync();
            await peer.SendAsync([.. Enumerable.Range(1, 20).SelectMany(
                static i => RawPacket.Named(i % 2 == 0 ? "later" : "ECHO", (uint)i, new byte[2_000]))]);
            if (round % 2 == 0)
            {
                await peer.PacketAsync();
            }

            peer.Close();
        }

        await Eventually.HoldsAsync(() => harness.Server.Connections == 0, "every link ends");
    }
}
