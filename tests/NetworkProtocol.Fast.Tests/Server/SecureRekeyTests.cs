using System;
using System.Linq;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Link;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Server;

/// <summary>Both directions change their keys while packets of all sizes cross each other.</summary>
[CancelAfter(60_000)]
internal sealed class SecureRekeyTests : SecureFixture
{
    [Test]
    public async Task Keys_ThatChangeUnderLoad_LoseAndSwapNothing([Values(1, 2, 7)] long recordsPerKey)
    {
        const int Requests = 3_000;
        await using ServerHarness harness = StartServer(options => options with { RecordsPerKey = recordsPerKey });
        await using PacketClient client = await harness.ConnectAsync(WithInterval(recordsPerKey));
        int seed = Environment.TickCount;
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        byte[][] payloads = [.. Enumerable.Range(0, Requests).Select(i =>
        {
            byte[] payload = new byte[i % 50 == 0 ? random.Next(300_000) : random.Next(4_000)];
            random.NextBytes(payload);
            return payload;
        })];
        Task<PacketReply>[] replies = [.. payloads.Select(p => client.RequestAsync("ECHO", p).AsTask())];
        for (int i = 0; i < Requests; i++)
        {
            using PacketReply reply = await replies[i];
            Assert.That(reply.Payload.Span.SequenceEqual(payloads[i]), $"reply {i}");
        }

        // One at a time, each in a record of its own: the two directions change their keys in step.
        for (int i = 0; i < 100; i++)
        {
            await EchoAsync(client, i);
        }
    }

    [Test]
    public async Task Keys_ThatOnlyOneSideChanges_EndTheSession()
    {
        await using ServerHarness harness = StartServer();
        await using PacketClient client = await harness.ConnectAsync(WithInterval(3));
        LinkClosed closed = await EchoUntilClosedAsync(client);
        Assert.That(closed.Reason, Is.AnyOf(
            CloseReason.ProtocolError, CloseReason.Truncated, CloseReason.ConnectionLost), closed.ToString());
        await AssertHonestEchoAsync(harness);
    }

    private ClientOptions WithInterval(long recordsPerKey)
    {
        ClientOptions options = Pinned();
        return options with { Secure = options.Secure! with { RecordsPerKey = recordsPerKey } };
    }
}
