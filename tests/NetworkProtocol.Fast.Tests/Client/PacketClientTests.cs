using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Tests.Link;
using NetworkProtocol.Fast.Tests.Server;
using NetworkProtocol.Fast.Tests.Shared;
using NetworkProtocol.Fast.Transport;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Client;

[CancelAfter(60_000)]
internal sealed class PacketClientTests
{
    private static readonly TimeSpan ample = TimeSpan.FromSeconds(30);

    [Test]
    public async Task Server_ThatRefusesTheSession_IsReportedByConnect()
    {
        await using var harness = new ClientHarness();
        Task<(PacketClient, RawPeer)> opening = harness.OpenAsync(
            accept: static s => s.SendAsync(RawPacket.Error(0, ErrorCode.Unauthorized, "secure only")));
        PacketConnectionException? error = Assert.ThrowsAsync<PacketConnectionException>(() => opening);
        Assert.That(error!.Message, Does.Contain("secure only"));
    }

    [Test]
    public async Task Messages_ThatNobodyReads_StopTheConnectionUntilTheyAreRead()
    {
        const int Waiting = 8;
        const int Sent = 100;
        await using var harness = new ClientHarness();
        (PacketClient client, RawPeer server) =
            await harness.OpenAsync(new ClientOptions { MessagesWaitingMax = Waiting });
        for (int i = 0; i < Sent; i++)
        {
            await server.SendAsync(RawPacket.Message($"topic.{i}", BitConverter.GetBytes(i)));
        }

        await Eventually.HoldsAsync(() => harness.Runtime.Counters.Pauses > 0, "the client stops reading");
        int next = 0;
        await foreach (PacketMessage message in client.ReadMessagesAsync())
        {
            using (message)
            {
                Assert.That(Encoding.ASCII.GetString(message.Name.Span), Is.EqualTo($"topic.{next}"));
                Assert.That(BitConverter.ToInt32(message.Payload.Span), Is.EqualTo(next));
            }

            if (++next == Sent)
            {
                break;
            }
        }
    }

    [Test]
    public async Task Messages_AtTheEndOfTheConnection_CanStillBeRead()
    {
        await using var harness = new ClientHarness();
        (PacketClient client, RawPeer server) = await harness.OpenAsync();
        await server.SendAsync([.. RawPacket.Message("a", "1"u8), .. RawPacket.Message("b", "2"u8)]);
        server.Close();
        await client.Closed;
        var names = new List<string>();
        await foreach (PacketMessage message in client.ReadMessagesAsync())
        {
            names.Add(Encoding.ASCII.GetString(message.Name.Span));
            message.Dispose();
            message.Dispose();
        }

        Assert.That(names, Is.EqualTo(new[] { "a", "b" }));
    }

    [Test]
    public async Task Dispose_WithMessagesUnreadAndTheConnectionParked_ReturnsTheirBlocks()
    {
        await using var harness = new ClientHarness();
        (PacketClient client, RawPeer server) = await harness.OpenAsync(new ClientOptions { MessagesWaitingMax = 2 });
        await server.SendAsync(
            [.. Enumerable.Range(0, 10).SelectMany(static i => RawPacket.Message($"m{i}", new byte[5_000]))]);
        await Eventually.HoldsAsync(() => harness.Runtime.Counters.Pauses > 0, "the client stops reading");
        server.Close();
        await client.DisposeAsync();
    }

    [Test]
    public async Task Request_FromTheServer_IsRefused()
    {
        await using var harness = new ClientHarness();
        (_, RawPeer server) = await harness.OpenAsync();
        await server.SendAsync(RawPacket.Named("do this", 5, default));
        RawPacket answer = await server.PacketAsync();
        Assert.That((answer.Type, answer.Correlation, answer.Code),
            Is.EqualTo((PacketType.Error, 5u, ErrorCode.NoRoute)));
    }

    [Test]
    public async Task Send_ReachesTheServerAsOneWay()
    {
        await using var harness = new ClientHarness();
        (PacketClient client, RawPeer server) = await harness.OpenAsync();
        await client.SendAsync("topic", "payload"u8.ToArray());
        await client.SendAsync(300, default);
        RawPacket named = await server.PacketAsync();
        Assert.That((named.Type, named.Header.IsOneWay, named.Correlation), Is.EqualTo((PacketType.Custom, true, 0u)));
        Assert.That((named.Name, named.Payload), Is.EqualTo(("topic"u8.ToArray(), "payload"u8.ToArray())));
        Assert.That((await server.PacketAsync()).Type, Is.EqualTo((PacketType)300));
    }

    [Test]
    public async Task Send_ToAServerThatDoesNotRead_WaitsForRoom()
    {
        const int Sends = 300;
        await using var harness = new ClientHarness();
        (PacketClient client, RawPeer server) = await harness.OpenAsync();
        Task sending = Task.Run(async () =>
        {
            for (int i = 0; i < Sends; i++)
            {
                await client.SendAsync("bulk", new byte[20_000]);
            }
        });
        for (int i = 0; i < Sends; i++)
        {
            Assert.That((await server.PacketAsync()).Payload, Has.Length.EqualTo(20_000));
        }

        await sending;
    }

    [Test]
    public async Task Close_WithRequestsInFlight_WaitsForTheirRepliesAndTakesNoMore()
    {
        await using var harness = new ClientHarness();
        (PacketClient client, RawPeer server) = await harness.OpenAsync();
        Task<PacketReply> request = client.RequestAsync("x", default).AsTask();
        uint correlation = (await server.PacketAsync()).Correlation;
        Task closing = client.CloseAsync(ample);
        Assert.That((await server.PacketAsync()).Type, Is.EqualTo(PacketType.Disconnect));
        Assert.That(async () => await client.RequestAsync("y", default),
            Throws.InstanceOf<PacketConnectionException>());
        harness.Time.Advance(5_000);
        Assert.That(closing.IsCompleted, Is.False);
        await server.SendAsync(RawPacket.Reply(correlation, "in time"u8));
        using (PacketReply reply = await request)
        {
            Assert.That(reply.Payload.ToArray(), Is.EqualTo("in time"u8.ToArray()));
        }

        while (await server.ReceiveAsync() is { } packet)
        {
            Assert.That(packet.Type, Is.EqualTo(PacketType.Ping));
        }

        server.Close();
        await closing;
        Assert.That((await client.Closed).Reason, Is.EqualTo(CloseReason.Requested));
    }

    [Test]
    public async Task Close_AtItsDeadline_CutsAndFailsWhatIsInFlight()
    {
        await using var harness = new ClientHarness();
        (PacketClient client, RawPeer server) = await harness.OpenAsync();
        Task<PacketReply> request = client.RequestAsync("x", default).AsTask();
        await server.PacketAsync();
        await client.CloseAsync(TimeSpan.FromMilliseconds(1));
        Assert.ThrowsAsync<PacketConnectionException>(() => request);
    }

    [Test]
    public async Task Disconnect_FromTheServer_LetsRepliesComeAndIsReportedAsItsEnd()
    {
        await using var harness = new ClientHarness();
        (PacketClient client, RawPeer server) = await harness.OpenAsync();
        Task<PacketReply> request = client.RequestAsync("x", default).AsTask();
        uint correlation = (await server.PacketAsync()).Correlation;
        await server.SendAsync(
            [.. RawPacket.Disconnect(ErrorCode.ShuttingDown), .. RawPacket.Reply(correlation, "last"u8)]);
        (await request).Dispose();
        await server.ExpectCloseAsync();
        server.Close();
        LinkClosed closed = await client.Closed;
        Assert.That((closed.Reason, closed.IsRetryable), Is.EqualTo((CloseReason.PeerClosed, true)));
        Assert.That(closed.Detail, Does.Contain("ShuttingDown"));
    }

    [Test]
    public async Task Arguments_OutOfRange_AreRefused()
    {
        await using var harness = new ClientHarness();
        (PacketClient client, _) = await harness.OpenAsync(server: new LinkSettings { PayloadBytesMax = 2_000 });
        Assert.That(async () => await client.RequestAsync(string.Empty, default), Throws.ArgumentException);
        Assert.That(async () => await client.RequestAsync(null!, default), Throws.ArgumentNullException);
        Assert.That(async () => await client.RequestAsync(new string('x', 256), default), Throws.ArgumentException);
        Assert.That(async () => await client.RequestAsync(255, default),
            Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(async () => await client.RequestAsync(65_536, default),
            Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(async () => await client.RequestAsync("x", new byte[2_001]), Throws.ArgumentException);
        Assert.That(async () => await client.RequestAsync("PING", new byte[65]), Throws.ArgumentException);
        Assert.That(async () => await client.RequestAsync("x", default, TimeSpan.Zero),
            Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(async () => await client.SendAsync("x", new byte[2_001]), Throws.ArgumentException);
        Assert.That(client.RequestsInFlight, Is.Zero);
        Assert.That(client.PayloadBytesMax, Is.EqualTo(2_000));
    }

    [TestCase(0, 1)]
    [TestCase(1, 0)]
    [TestCase((1 << 20) + 1, 1)]
    public void Options_OutOfRange_AreRefused(int inFlight, int messages) =>
        Assert.That(
            () => new ClientOptions { RequestsInFlightMax = inFlight, MessagesWaitingMax = messages }.Validate(),
            Throws.InstanceOf<ArgumentOutOfRangeException>());

    [Test]
    public async Task Connect_ToNobody_FailsAtOnce()
    {
        Endpoint gone;
        await using (var harness = new ServerHarness())
        {
            gone = harness.Endpoint;
        }

        using var runtime = new LinkRuntime();
        Assert.That(async () => await PacketClient.ConnectAsync(gone, runtime, Plain.Client),
            Throws.InstanceOf<TransportException>());
    }
}
