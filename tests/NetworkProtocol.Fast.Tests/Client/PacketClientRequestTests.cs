using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Tests.Link;
using NetworkProtocol.Fast.Tests.Server;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Client;

[CancelAfter(60_000)]
internal sealed class PacketClientRequestTests
{
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
        await server.SendAsync(RawPacket.Reply(correlation, "late"u8));
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
        await server.SendAsync(RawPacket.Reply(correlation, "late"u8));
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
        (PacketClient client, RawPeer server) =
            await harness.OpenAsync(new ClientOptions { RequestsInFlightMax = cap });
        await ExpectCapAsync(client, server, cap);
    }

    [Test]
    public async Task RequestsInFlight_AtTheServersCap_Wait()
    {
        await using var harness = new ClientHarness();
        (PacketClient client, RawPeer server) =
            await harness.OpenAsync(server: new LinkSettings { RequestsInFlightMax = 3 });
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
        await server.SendAsync(RawPacket.Reply((await server.PacketAsync()).Correlation, default));
        (await first).Dispose();
    }

    [Test]
    public async Task ConnectionLost_FailsAllInFlightAndAllThatWait()
    {
        await using var harness = new ClientHarness();
        (PacketClient client, RawPeer server) = await harness.OpenAsync(new ClientOptions { RequestsInFlightMax = 64 });
        Task<PacketReply>[] requests =
            [.. Enumerable.Range(0, 200).Select(_ => client.RequestAsync("x", default).AsTask())];
        await server.PacketAsync();
        server.Close();
        foreach (Task<PacketReply> request in requests)
        {
            PacketConnectionException? error = Assert.ThrowsAsync<PacketConnectionException>(() => request);
            Assert.That(error!.Message, Is.Not.Empty);
        }

        Assert.That((await client.Closed).ByPeer);
        Assert.That(async () => await client.RequestAsync("x", default),
            Throws.InstanceOf<PacketConnectionException>());
        Assert.That(async () => await client.SendAsync("x", default), Throws.InstanceOf<PacketConnectionException>());
    }

    [Test]
    public async Task ErrorReply_IsThrownWithItsCodeAndText()
    {
        await using var harness = new ClientHarness();
        (PacketClient client, RawPeer server) = await harness.OpenAsync();
        Task<PacketReply> request = client.RequestAsync("x", default).AsTask();
        await server.SendAsync(
            RawPacket.Error((await server.PacketAsync()).Correlation, ErrorCode.Unauthorized, "not you"));
        PacketErrorException? error = Assert.ThrowsAsync<PacketErrorException>(() => request);
        Assert.That((error!.Code, error.Message), Is.EqualTo((ErrorCode.Unauthorized, error.Message)));
        Assert.That(error.Message, Does.Contain("not you"));
    }

    [Test]
    public async Task Timeout_UnderAMillisecond_IsOne()
    {
        await using var harness = new ClientHarness();
        (PacketClient client, _) = await harness.OpenAsync();
        Task<PacketReply> request = client.RequestAsync("x", default, TimeSpan.FromMicroseconds(1)).AsTask();
        harness.Time.Advance(200);
        PacketErrorException? error = Assert.CatchAsync<PacketErrorException>(() => request);
        Assert.That(error!.Code, Is.EqualTo(ErrorCode.Timeout));
        Assert.That(() => client.RequestAsync("x", default, TimeSpan.Zero),
            Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public async Task Operations_ThatFindNoMemory_WaitUntilThereIsSome()
    {
        await using var harness = new ClientHarness(1 << 20);
        (PacketClient client, RawPeer server) = await harness.OpenAsync();
        var hog = new PoolHog(harness.Runtime.Pool, withReserve: true);
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
        await server.SendAsync(RawPacket.Reply(packets.Single(static p => !p.Header.IsOneWay).Correlation, default));
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

    private static async Task ExpectCapAsync(PacketClient client, RawPeer server, int cap)
    {
        Task<PacketReply>[] requests =
            [.. Enumerable.Range(0, cap + 10).Select(_ => client.RequestAsync("x", default).AsTask())];
        Assert.That(client.RequestsInFlight, Is.EqualTo(cap));
        var open = new Queue<uint>();
        for (int i = 0; i < cap; i++)
        {
            open.Enqueue((await server.PacketAsync()).Correlation);
        }

        await server.ExpectNothingSentAsync();
        for (int i = 0; i < 10; i++)
        {
            await server.SendAsync(RawPacket.Reply(open.Dequeue(), default));
            open.Enqueue((await server.PacketAsync()).Correlation);
            Assert.That(client.RequestsInFlight, Is.EqualTo(cap));
        }

        while (open.TryDequeue(out uint correlation))
        {
            await server.SendAsync(RawPacket.Reply(correlation, default));
        }

        foreach (Task<PacketReply> request in requests)
        {
            (await request).Dispose();
        }
    }
}
