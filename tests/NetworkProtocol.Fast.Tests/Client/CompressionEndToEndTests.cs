using System;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using NUnit.Framework;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Tests.Link;
using NetworkProtocol.Fast.Tests.Server;
using NetworkProtocol.Fast.Tests.Shared;

namespace NetworkProtocol.Fast.Tests.Client;

[CancelAfter(60_000)]
internal sealed class CompressionEndToEndTests
{
    private static readonly byte[] compressible =
        Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("the same again, ", 1_000)));

    [TestCase("lz4", "lz4")]
    [TestCase("zstd", "zstd")]
    [TestCase("lz4", "zstd")]
    [TestCase("none", "zstd")]
    [TestCase("zstd", "none")]
    public async Task Payloads_OfEverySize_ArriveAsTheyWereSent(string clientCodec, string serverCodec)
    {
        await using var harness = new ServerHarness(Mirror(), Compressing(serverCodec));
        await using PacketClient client =
            await harness.ConnectAsync(new ClientOptions { Link = Compressing(clientCodec) });
        foreach (string name in new[] { "sync", "async", "ECHO" })
        {
            foreach (int bytes in new[] { 0, 511, 512, 5_000, 100_000, 1 << 20 })
            {
                byte[] payload = new byte[bytes];
                for (int i = 0; i < bytes; i++)
                {
                    payload[i] = (byte)(i / 100);
                }

                using PacketReply reply = await client.RequestAsync(name, payload);
                Assert.That(reply.Payload.Span.SequenceEqual(payload), $"{name}, {bytes} bytes");
            }
        }
    }

    [TestCase(CodecSet.All, PayloadCodec.Lz4)]
    [TestCase(CodecSet.Lz4, PayloadCodec.Lz4)]
    [TestCase(CodecSet.Zstd, PayloadCodec.None)]
    [TestCase(CodecSet.None, PayloadCodec.None)]
    public async Task Replies_AreCompressedOnlyForAPeerThatAnnouncedTheCodec(CodecSet announced, PayloadCodec expected)
    {
        await using var harness = new ServerHarness(Mirror(), Compressing("lz4"));
        RawPeer peer = await harness.ConnectRawAsync(open: false);
        await peer.OpenAsync(new LinkSettings { Codecs = announced });
        await peer.SendAsync(RawPacket.Named("sync", 1, compressible));
        RawPacket reply = await peer.PacketAsync();
        Assert.That(reply.Header.Codec, Is.EqualTo(expected));
        if (expected == PayloadCodec.None)
        {
            Assert.That(reply.Payload, Is.EqualTo(compressible));
        }
        else
        {
            Assert.That(reply.Payload, Has.Length.LessThan(compressible.Length / 4));
        }

        peer.Close();
    }

    [Test]
    public async Task Requests_ToAServerThatAnnouncesNoCodec_ArePlain()
    {
        await using var harness = new ClientHarness();
        (PacketClient client, RawPeer server) = await harness.OpenAsync(
            new ClientOptions { Link = Compressing("zstd") }, new LinkSettings { Codecs = CodecSet.None });
        await client.SendAsync("x", compressible);
        RawPacket packet = await server.PacketAsync();
        Assert.That(packet.Header.Codec, Is.EqualTo(PayloadCodec.None));
        Assert.That(packet.Payload, Is.EqualTo(compressible));
    }

    [Test]
    public async Task Messages_ThatAreCompressed_AreInflatedForTheReader()
    {
        HandlerTable handlers = new HandlerTable().Map(
            "push", static (ref PacketContext c) => Assert.That(c.Peer.TrySend("pushed", compressible)));
        await using var harness = new ServerHarness(handlers, Compressing("lz4"));
        await using PacketClient client = await harness.ConnectAsync();
        (await client.RequestAsync("push", default)).Dispose();
        await foreach (PacketMessage message in client.ReadMessagesAsync())
        {
            using (message)
            {
                Assert.That(message.Name.ToArray(), Is.EqualTo("pushed"u8.ToArray()));
                Assert.That(message.Payload.Span.SequenceEqual(compressible));
            }

            break;
        }
    }

    private static HandlerTable Mirror() => new HandlerTable()
        .Map("sync", static (ref PacketContext c) => c.Reply(c.Payload))
        .MapAsync("async", static async r =>
        {
            await Task.Yield();
            r.Reply(r.Payload.Span);
        });

    private static LinkOptions Compressing(string codec)
    {
        Assert.That(CompressionOptions.TryParse(codec, out CompressionOptions? options, out string? error), error);
        return new LinkOptions { Compression = options! };
    }
}
