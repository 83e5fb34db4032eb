using System;
using System.Collections.Generic;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Tests.Shared;
using NetworkProtocol.Fast.Transport;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Transport;

/// <summary>What every transport promises a link.</summary>
[TestFixture(TransportKind.Tcp, true)]
[TestFixture(TransportKind.Tcp, false)]
[TestFixture(TransportKind.Unix, true)]
[TestFixture(TransportKind.Unix, false)]
[TestFixture(TransportKind.Abstract, true)]
[TestFixture(TransportKind.Pipe, false)]
[TestFixture(TransportKind.InMemory, false)]
internal sealed class TransportContractTests(TransportKind kind, bool onLoop)
{
    private TransportUnderTest transport = null!;
    private OperationWaiter client = null!;
    private OperationWaiter server = null!;

    [SetUp]
    public async Task SetUp()
    {
        transport = new TransportUnderTest(kind, new TransportOptions { OnLoop = onLoop });
        (client, server) = await transport.ConnectPairAsync();
    }

    [TearDown]
    public async Task TearDown()
    {
        client.Connection.Close();
        server.Connection.Close();
        await transport.DisposeAsync();
    }

    [Test]
    public async Task Echo_SmallMessages_ComeBackInOrder()
    {
        byte[] buffer = new byte[64];
        for (byte i = 0; i < 100; i++)
        {
            byte[] message = [i, 1, 2, 3];
            Assert.That(await client.SendAsync(message), Is.EqualTo(TransportResult.Done(4)));
            Assert.That(await server.ReceiveAllAsync(buffer.AsMemory(0, 4)), Is.EqualTo(4));
            Assert.That(await server.SendAsync(buffer.AsMemory(0, 4)), Is.EqualTo(TransportResult.Done(4)));
            byte[] reply = new byte[4];
            Assert.That(await client.ReceiveAllAsync(reply), Is.EqualTo(4));
            Assert.That(reply, Is.EqualTo(message));
        }
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task UntakenBytes_WhileThePeerDoesNotRead_AreWhatItLeaves()
    {
        byte[] sent = new byte[16 << 20];
        Task<TransportResult> sending = client.SendAsync(sent);
        await Eventually.HoldsAsync(() => client.Connection.UntakenBytes > 0, "the peer does not read");
        Assert.That(sending.IsCompleted, Is.False);
        Assert.That(await server.ReceiveAllAsync(new byte[sent.Length]), Is.EqualTo(sent.Length));
        await sending;
        await Eventually.HoldsAsync(() => client.Connection.UntakenBytes == 0, "it took all");
        client.Connection.Close();
        Assert.That(client.Connection.UntakenBytes, Is.LessThanOrEqualTo(0));
    }

    [Test]
    public async Task Send_64MiB_ArrivesWhole()
    {
        int seed = Environment.TickCount;
        TestContext.Out.WriteLine($"seed {seed}");
        byte[] sent = new byte[64 << 20];
        new Random(seed).NextBytes(sent);
        Task<TransportResult> sending = client.SendAsync(sent);
        byte[] received = new byte[sent.Length];
        Assert.That(await server.ReceiveAllAsync(received), Is.EqualTo(sent.Length));
        Assert.That(await sending, Is.EqualTo(TransportResult.Done(sent.Length)));
        Assert.That(SHA256.HashData(received), Is.EqualTo(SHA256.HashData(sent)));
    }

    [Test]
    public async Task Receive_EmptyBuffer_WaitsForBytesAndTakesNone()
    {
        Task<TransportResult> waiting = server.ReceiveAsync(Memory<byte>.Empty);
        Assert.That(server.ReceiveIsPending, Is.True);
        await client.SendAsync(new byte[] { 7 });
        Assert.That(await waiting, Is.EqualTo(TransportResult.Done(0)));

        // With bytes waiting it completes again, and still takes none.
        Assert.That(await server.ReceiveAsync(Memory<byte>.Empty), Is.EqualTo(TransportResult.Done(0)));
        byte[] buffer = new byte[8];
        Assert.That(await server.ReceiveAsync(buffer), Is.EqualTo(TransportResult.Done(1)));
        Assert.That(buffer[0], Is.EqualTo(7));
    }

    [Test]
    public async Task Receive_EmptyBuffer_CompletesAtEndOfStream()
    {
        Task<TransportResult> waiting = server.ReceiveAsync(Memory<byte>.Empty);
        client.Connection.ShutdownSend();
        Assert.That(await waiting, Is.EqualTo(TransportResult.Done(0)));
        Assert.That(await server.ReceiveAsync(new byte[8]), Is.EqualTo(TransportResult.Done(0)));
    }

    [Test]
    public async Task Send_EmptyBuffer_CompletesAtOnce()
    {
        Assert.That(await client.SendAsync(ReadOnlyMemory<byte>.Empty), Is.EqualTo(TransportResult.Done(0)));
    }

    [Test]
    public async Task ShutdownSend_OneHalf_LeavesTheOtherOpen([Values] bool serverFirst)
    {
        (OperationWaiter first, OperationWaiter second) = serverFirst ? (server, client) : (client, server);
        await first.SendAsync(new byte[] { 1, 2, 3 });
        first.Connection.ShutdownSend();
        first.Connection.ShutdownSend();

        byte[] buffer = new byte[16];
        Assert.That(await second.ReceiveAllAsync(buffer), Is.EqualTo(3), "the end of the stream follows the bytes");
        Assert.That((await first.SendAsync(new byte[] { 4 })).Status, Is.EqualTo(TransportStatus.Aborted));

        Assert.That(await second.SendAsync(new byte[] { 5, 6 }), Is.EqualTo(TransportResult.Done(2)));
        second.Connection.ShutdownSend();
        Assert.That(await first.ReceiveAllAsync(buffer), Is.EqualTo(2));
    }

    [Test]
    public async Task ShutdownSend_DuringSend_LetsTheSendFinish()
    {
        byte[] sent = new byte[32 << 20];
        Task<TransportResult> sending = client.SendAsync(sent);
        Assert.That(sending.IsCompleted, Is.False);
        client.Connection.ShutdownSend();
        byte[] received = new byte[sent.Length + 1];
        Assert.That(await server.ReceiveAllAsync(received), Is.EqualTo(sent.Length));
        Assert.That(await sending, Is.EqualTo(TransportResult.Done(sent.Length)));
    }

    [Test]
    public async Task Close_AfterSend_DeliversWhatWasSent()
    {
        // A receive is waiting, as on every live link: it must not turn the close into a reset.
        Task<TransportResult> waiting = client.ReceiveAsync(Memory<byte>.Empty);
        byte[] sent = new byte[48 * 1024];
        await client.SendAsync(sent);
        client.Connection.Close();
        Assert.That((await waiting).Status, Is.EqualTo(TransportStatus.Aborted));
        Assert.That(await server.ReceiveAllAsync(new byte[sent.Length + 1]), Is.EqualTo(sent.Length));
    }

    [Test]
    public async Task Close_DuringSend_ShowsAsPeerGone()
    {
        Task<TransportResult> sending = client.SendAsync(new byte[64 << 20]);
        Assert.That(sending.IsCompleted, Is.False);
        client.Connection.Close();
        Assert.That((await sending).Status, Is.EqualTo(TransportStatus.Aborted));

        TransportResult result;
        do
        {
            result = await server.ReceiveAsync(new byte[64 * 1024]);
        }
        while (result.Status == TransportStatus.Ok && result.Bytes > 0);

        // A Unix socket has no reset: there the stream just ends.
        bool hasReset = kind is TransportKind.Tcp or TransportKind.InMemory;
        TransportStatus expected = hasReset ? TransportStatus.PeerGone : result.Status;
        Assert.That(result.Status, Is.EqualTo(expected));
    }

    [Test]
    public async Task Close_DuringReceiveAndSend_CompletesBothAsAborted()
    {
        Task<TransportResult> receiving = client.ReceiveAsync(new byte[16]);
        Task<TransportResult> sending = client.SendAsync(new byte[64 << 20]);
        Assert.That(receiving.IsCompleted || sending.IsCompleted, Is.False);
        client.Connection.Close();
        Assert.That((await receiving).Status, Is.EqualTo(TransportStatus.Aborted));
        Assert.That((await sending).Status, Is.EqualTo(TransportStatus.Aborted));
    }

    [Test]
    public async Task Operations_AfterClose_AreAborted()
    {
        client.Connection.Close();
        client.Connection.Close();
        client.Connection.ShutdownSend();
        Assert.That((await client.ReceiveAsync(new byte[1])).Status, Is.EqualTo(TransportStatus.Aborted));
        Assert.That((await client.ReceiveAsync(Memory<byte>.Empty)).Status, Is.EqualTo(TransportStatus.Aborted));
        Assert.That((await client.SendAsync(new byte[1])).Status, Is.EqualTo(TransportStatus.Aborted));
        Assert.That(client.Connection.Remote.ToString(), Is.Not.Empty);
        Assert.That(client.Connection.Local.ToString(), Is.Not.Empty);
    }

    [Test]
    public async Task Send_ToClosedPeer_EndsAsPeerGone()
    {
        server.Connection.Close();
        TransportResult result;
        do
        {
            // The first ones may still be taken by the kernel.
            result = await client.SendAsync(new byte[64 * 1024]);
        }
        while (result.Status == TransportStatus.Ok);

        Assert.That(result.Status, Is.EqualTo(TransportStatus.PeerGone));
    }

    [Test]
    public async Task Send_WhilePeerDoesNotRead_WaitsUntilItReads()
    {
        byte[] sent = new byte[32 << 20];
        Task<TransportResult> sending = client.SendAsync(sent);
        Assert.That(sending.IsCompleted, Is.False);
        Assert.That(await server.ReceiveAllAsync(new byte[1024]), Is.EqualTo(1024));
        Assert.That(sending.IsCompleted, Is.False);
        Assert.That(await server.ReceiveAllAsync(new byte[sent.Length - 1024]), Is.EqualTo(sent.Length - 1024));
        Assert.That(await sending, Is.EqualTo(TransportResult.Done(sent.Length)));
    }

    [Test]
    public async Task Close_FromWithinTheSink_DoesNotHang()
    {
        for (int round = 0; round < 50; round++)
        {
            (TransportConnection one, TransportConnection other) = await transport.ConnectUnboundPairAsync();
            ClosingSink sink = new(one);
            OperationWaiter waiter = new(other);
            Assert.That(one.Receive(new byte[16], out _), Is.False);
            Assert.That(one.Send(new byte[32 << 20], out _), Is.False);
            await waiter.SendAsync(new byte[] { 1 });
            TransportResult[] results = await sink.Both;
            Assert.That(results[0], Is.EqualTo(TransportResult.Done(1)));
            Assert.That(results[1].Status, Is.EqualTo(TransportStatus.Aborted));
            other.Close();
        }
    }

    [Test]
    public async Task Close_FromManyThreads_WhileTrafficFlows_EndsEverything()
    {
        int seed = Environment.TickCount;
        TestContext.Out.WriteLine($"seed {seed}");
        Random random = new(seed);
        for (int round = 0; round < 200; round++)
        {
            (OperationWaiter client, OperationWaiter server) = await transport.ConnectPairAsync();
            Task pumps = Task.WhenAll(PumpAsync(client), DrainAsync(client), PumpAsync(server), DrainAsync(server));
            Thread.SpinWait(random.Next(20_000));
            Parallel.Invoke(
                client.Connection.Close,
                client.Connection.ShutdownSend,
                server.Connection.Close,
                client.Connection.Close);
            await pumps;
        }
    }

    [Test]
    public async Task Connections_Many_AreIndependent()
    {
        List<(OperationWaiter Client, OperationWaiter Server)> pairs = [];
        for (int i = 0; i < 500; i++)
        {
            pairs.Add(await transport.ConnectPairAsync());
        }

        HashSet<long> ids = [];
        Task[] echoes = new Task[pairs.Count];
        for (int i = 0; i < pairs.Count; i++)
        {
            ids.Add(pairs[i].Client.Connection.Id);
            ids.Add(pairs[i].Server.Connection.Id);
            echoes[i] = EchoOwnNumberAsync(pairs[i].Client, pairs[i].Server, i);
        }

        await Task.WhenAll(echoes);
        Assert.That(ids, Has.Count.EqualTo(2 * pairs.Count));
        foreach ((OperationWaiter client, OperationWaiter server) in pairs)
        {
            client.Connection.Close();
            server.Connection.Close();
        }
    }

    private static async Task EchoOwnNumberAsync(OperationWaiter client, OperationWaiter server, int number)
    {
        byte[] buffer = new byte[4];
        Task<int> arrived = server.ReceiveAllAsync(buffer);
        await client.SendAsync(BitConverter.GetBytes(number));
        Assert.That(await arrived, Is.EqualTo(4));
        Assert.That(BitConverter.ToInt32(buffer), Is.EqualTo(number));
    }

    private static async Task PumpAsync(OperationWaiter from)
    {
        byte[] buffer = new byte[20_000];
        while ((await from.SendAsync(buffer)).Status == TransportStatus.Ok)
        {
        }
    }

    private static async Task DrainAsync(OperationWaiter to)
    {
        byte[] buffer = new byte[8192];
        while (await to.ReceiveAsync(buffer) is { Status: TransportStatus.Ok, Bytes: > 0 })
        {
        }
    }
}
