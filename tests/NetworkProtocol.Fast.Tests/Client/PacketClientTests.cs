using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading;
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
    public async Task Request_WithoutAReplyInTime_EndsWithTimeoutAndItsLateReplyReachesNobody()
    {
        await using var harness = new ClientHarness();
        (PacketClient client, RawPeer server) = await harness.OpenAsync();
        Task<PacketReply> request = client.RequestAsync("slow", default, TimeSpan.FromSeconds(2)).AsTask();
        uint correlation = (await server.PacketAsync()).Correlation;
        harness.Time.Advance(1_800);
        Assert.That(request.IsCompleted, Is.False);
        harness.Time.Advance(400);
        PacketErrorException? error = Assert.ThrowsAsync<PacketErrorException>(() => request);
        Assert.That(error!.Code, Is.EqualTo(ErrorCode.Timeout));
        await server.SendAsync(Reply(correlation, "late"u8));
        await Eventually.HoldsAsync(() => harness.Runtime.Counters.LateReplies == 1, "the late reply is counted");
        Assert.That(client.RequestsInFlight, Is.Zero);
    }

    [Test]
    public async Task Cancellation_BeforeTheRequest_SendsNothing()
    {
        await using var harness = new ClientHarness();
        (PacketClient client, RawPeer server) = await harness.OpenAsync();
        ValueTask<PacketReply> request = client.RequestAsync("x", default, null, new CancellationToken(canceled: true));
        Assert.That(request.IsCanceled);
        await server.ExpectNothingSentAsync();
    }

    [Test]
    public async Task Cancellation_DuringTheRequest_EndsItAtOnce()
    {
        await using var harness = new ClientHarness();
        (PacketClient client, RawPeer server) = await harness.OpenAsync();
        using var cancel = new CancellationTokenSource();
        Task<PacketReply> request = client.RequestAsync("x", default, null, cancel.Token).AsTask();
        uint correlation = (await server.PacketAsync()).Correlation;
        await cancel.CancelAsync();
        OperationCanceledException? error = Assert.CatchAsync<OperationCanceledException>(() => request);
        Assert.That(error!.CancellationToken, Is.EqualTo(cancel.Token));
        await server.SendAsync(Reply(correlation, "late"u8));
        await Eventually.HoldsAsync(() => harness.Runtime.Counters.LateReplies == 1, "the reply reaches nobody");
    }

    [Test]
    public async Task Cancellation_RacingWithReplies_EndsEachRequestOnceWithItsOwnReply()
    {
        await using var harness = new ServerHarness();
        await using PacketClient client = await harness.ConnectAsync();
        int[] ends = new int[2];
        Task[] callers = [.. Enumerable.Range(0, 8).Select(caller => Task.Run(async () =>
        {
            for (int i = 0; i < 1_500; i++)
            {
                byte[] payload = BitConverter.GetBytes((caller << 16) | i);
                using var cancel = new CancellationTokenSource();
                ValueTask<PacketReply> request = client.RequestAsync("ECHO", payload, null, cancel.Token);
                Task canceling = i % 3 == 0 ? Task.CompletedTask : Task.Run(cancel.Cancel);
                try
                {
                    using PacketReply reply = await request;
                    Assert.That(reply.Payload.Span.SequenceEqual(payload), "its own reply");
                    Interlocked.Increment(ref ends[0]);
                }
                catch (OperationCanceledException)
                {
                    Interlocked.Increment(ref ends[1]);
                }

                await canceling;
            }
        }))];
        await Task.WhenAll(callers);
        Assert.That(ends.Sum(), Is.EqualTo(8 * 1_500));
        Assert.That(ends, Is.All.Positive, "both ends were met");
        Assert.That(client.RequestsInFlight, Is.Zero);
    }

    [Test]
    public async Task Request_AwaitedTwice_IsRefusedAndHarmsNoOther()
    {
        await using var harness = new ServerHarness();
        await using PacketClient client = await harness.ConnectAsync();
        ValueTask<PacketReply> request = client.RequestAsync("ECHO", "once"u8.ToArray());
        (await request).Dispose();
        Assert.That(async () => await request, Throws.InvalidOperationException);
        Task<string>[] others = [.. Enumerable.Range(0, 200).Select(async i =>
        {
            using PacketReply reply = await client.RequestAsync("ECHO", Encoding.ASCII.GetBytes($"{i}"));
            return Encoding.ASCII.GetString(reply.Payload.Span);
        })];
        Assert.That(await Task.WhenAll(others), Is.EqualTo(Enumerable.Range(0, 200).Select(static i => $"{i}")));
    }

    [TestCase(1)]
    [TestCase(4)]
    public async Task RequestsInFlight_AtTheClientsCap_Wait(int cap)
    {
        await using var harness = new ClientHarness();
        (PacketClient client, RawPeer server) = await harness.OpenAsync(new ClientOptions { RequestsInFlightMax = cap });
        await ExpectCapAsync(client, server, cap);
    }

    [Test]
    public async Task RequestsInFlight_AtTheServersCap_Wait()
    {
        await using var harness = new ClientHarness();
        (PacketClient client, RawPeer server) = await harness.OpenAsync(server: new LinkSettings { RequestsInFlightMax = 3 });
        await ExpectCapAsync(client, server, 3);
    }

    [Test]
    public async Task Request_ThatWaitsForRoom_CanTimeOutAndBeCancelled()
    {
        await using var harness = new ClientHarness();
        (PacketClient client, RawPeer server) = await harness.OpenAsync(new ClientOptions { RequestsInFlightMax = 1 });
        Task<PacketReply> first = client.RequestAsync("a", default).AsTask();
        using var cancel = new CancellationTokenSource();
        Task<PacketReply> second = client.RequestAsync("b", default, null, cancel.Token).AsTask();
        await cancel.CancelAsync();
        Assert.CatchAsync<OperationCanceledException>(() => second);
        await server.SendAsync(Reply((await server.PacketAsync()).Correlation, default));
        (await first).Dispose();
    }

    [Test]
    public async Task ConnectionLost_FailsAllInFlightAndAllThatWait()
    {
        await using var harness = new ClientHarness();
        (PacketClient client, RawPeer server) = await harness.OpenAsync(new ClientOptions { RequestsInFlightMax = 64 });
        Task<PacketReply>[] requests = [.. Enumerable.Range(0, 200).Select(_ => client.RequestAsync("x", default).AsTask())];
        await server.PacketAsync();
        server.Close();
        foreach (Task<PacketReply> request in requests)
        {
            PacketConnectionException? error = Assert.ThrowsAsync<PacketConnectionException>(() => request);
            Assert.That(error!.Message, Is.Not.Empty);
        }

        Assert.That((await client.Closed).ByPeer);
        Assert.That(async () => await client.RequestAsync("x", default), Throws.InstanceOf<PacketConnectionException>());
        Assert.That(async () => await client.SendAsync("x", default), Throws.InstanceOf<PacketConnectionException>());
    }

    [Test]
    public async Task ErrorReply_IsThrownWithItsCodeAndText()
    {
        await using var harness = new ClientHarness();
        (PacketClient client, RawPeer server) = await harness.OpenAsync();
        Task<PacketReply> request = client.RequestAsync("x", default).AsTask();
        await server.SendAsync(RawPacket.Error((await server.PacketAsync()).Correlation, ErrorCode.Unauthorized, "not you"));
        PacketErrorException? error = Assert.ThrowsAsync<PacketErrorException>(() => request);
        Assert.That((error!.Code, error.Message), Is.EqualTo((ErrorCode.Unauthorized, error.Message)));
        Assert.That(error.Message, Does.Contain("not you"));
    }

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
        (PacketClient client, RawPeer server) = await harness.OpenAsync(new ClientOptions { MessagesWaitingMax = Waiting });
        for (int i = 0; i < Sent; i++)
        {
            await server.SendAsync(Message($"topic.{i}", BitConverter.GetBytes(i)));
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
        await server.SendAsync([.. Message("a", "1"u8), .. Message("b", "2"u8)]);
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
        await server.SendAsync([.. Enumerable.Range(0, 10).SelectMany(static i => Message($"m{i}", new byte[5_000]))]);
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
        Assert.That((answer.Type, answer.Correlation, answer.Code), Is.EqualTo((PacketType.Error, 5u, ErrorCode.NoRoute)));
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
    public async Task Operations_ThatFindNoMemory_WaitUntilThereIsSome()
    {
        await using var harness = new ClientHarness(1 << 20);
        (PacketClient client, RawPeer server) = await harness.OpenAsync();
        var hog = new PoolHog(harness.Runtime.Pool);
        Task send = client.SendAsync("x", new byte[100]).AsTask();
        Task<PacketReply> request = client.RequestAsync("y", new byte[100]).AsTask();
        using var cancel = new CancellationTokenSource();
        Task<PacketReply> cancelled = client.RequestAsync("z", new byte[100], null, cancel.Token).AsTask();
        Assert.That((send.IsCompleted, request.IsCompleted, client.RequestsInFlight), Is.EqualTo((false, false, 0)));
        await cancel.CancelAsync();
        Assert.CatchAsync<OperationCanceledException>(() => cancelled);
        hog.Return();
        RawPacket[] packets = [await server.PacketAsync(), await server.PacketAsync()];
        await send;
        await server.SendAsync(Reply(packets.Single(static p => !p.Header.IsOneWay).Correlation, default));
        (await request).Dispose();
    }

    [Test]
    public async Task LargeRequests_InBothDirectionsAtOnce_NeverBlockEachOther()
    {
        await using var harness = new ServerHarness();
        await using PacketClient client = await harness.ConnectAsync();
        Task[] callers = [.. Enumerable.Range(0, 64).Select(async i =>
        {
            byte[] payload = new byte[1 << 19];
            payload.AsSpan().Fill((byte)i);
            using PacketReply reply = await client.RequestAsync("ECHO", payload);
            Assert.That(reply.Payload.Span.SequenceEqual(payload));
        })];
        await Task.WhenAll(callers);
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
        Assert.That(async () => await client.RequestAsync("y", default), Throws.InstanceOf<PacketConnectionException>());
        harness.Time.Advance(5_000);
        Assert.That(closing.IsCompleted, Is.False);
        await server.SendAsync(Reply(correlation, "in time"u8));
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
        await server.SendAsync([.. RawPacket.Disconnect(ErrorCode.ShuttingDown), .. Reply(correlation, "last"u8)]);
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
        Assert.That(async () => await client.RequestAsync(255, default), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(async () => await client.RequestAsync(65_536, default), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(async () => await client.RequestAsync("x", new byte[2_001]), Throws.ArgumentException);
        Assert.That(async () => await client.RequestAsync("PING", new byte[65]), Throws.ArgumentException);
        Assert.That(async () => await client.RequestAsync("x", default, TimeSpan.Zero), Throws.InstanceOf<ArgumentOutOfRangeException>());
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
        Assert.That(async () => await PacketClient.ConnectAsync(gone, runtime), Throws.InstanceOf<TransportException>());
    }

    private static async Task ExpectCapAsync(PacketClient client, RawPeer server, int cap)
    {
        Task<PacketReply>[] requests = [.. Enumerable.Range(0, cap + 10).Select(_ => client.RequestAsync("x", default).AsTask())];
        Assert.That(client.RequestsInFlight, Is.EqualTo(cap));
        var open = new Queue<uint>();
        for (int i = 0; i < cap; i++)
        {
            open.Enqueue((await server.PacketAsync()).Correlation);
        }

        await server.ExpectNothingSentAsync();
        for (int i = 0; i < 10; i++)
        {
            await server.SendAsync(Reply(open.Dequeue(), default));
            open.Enqueue((await server.PacketAsync()).Correlation);
            Assert.That(client.RequestsInFlight, Is.EqualTo(cap));
        }

        while (open.TryDequeue(out uint correlation))
        {
            await server.SendAsync(Reply(correlation, default));
        }

        foreach (Task<PacketReply> request in requests)
        {
            (await request).Dispose();
        }
    }

    private static byte[] Reply(uint correlation, ReadOnlySpan<byte> payload) => RawPacket.Bytes(
        new PacketHeader { Type = PacketType.Custom, Flags = PacketFlags.Reply, Correlation = correlation }, string.Empty, payload);

    private static byte[] Message(string name, ReadOnlySpan<byte> payload) => RawPacket.Bytes(
        new PacketHeader { Type = PacketType.Custom, Flags = PacketFlags.OneWay }, name, payload);
}
