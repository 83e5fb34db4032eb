using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Memory;
using NetworkProtocol.Fast.Server;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Tests.Shared;
using NetworkProtocol.Fast.Tests.Transport;
using NetworkProtocol.Fast.Transport;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Server;

/// <summary>Server and client over everything that carries bytes, with every kind of session.</summary>
[TestFixtureSource(nameof(Combinations))]
internal sealed class TransportSessionTests(TransportKind kind, SessionKind session)
{
    private const int AllAtOnce = int.MaxValue;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly List<PacketClient> clients = [];
    private readonly Lock hearsLock = new();
    private TaskCompletionSource hold = null!;
    private Peer lastPeer;
    private IdentityKey key = null!;
    private EndpointUnderTest endpoint = null!;
    private LinkRuntime runtime = null!;
    private PacketServer server = null!;

    private static IEnumerable<TestFixtureData> Combinations() =>
        from kind in Enum.GetValues<TransportKind>()
        from session in new[] { SessionKind.Plain, SessionKind.Secure }
        select new TestFixtureData(kind, session);

    [SetUp]
    public void SetUp()
    {
        lastPeer = default;
        hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        key = IdentityKey.Create();
        runtime = new LinkRuntime();

        // Memory has no listener: its ends are handed to the server as if this one had accepted them.
        endpoint = new EndpointUnderTest(kind == TransportKind.InMemory ? TransportKind.Tcp : kind);
        ServerListener listener = new(endpoint.Endpoint)
        {
            Session = session,
            Secure = session == SessionKind.Secure ? new SecureServerOptions { Identity = key } : null,
        };
        HandlerTable handlers = new HandlerTable().MapAsync("held", async request =>
        {
            lock (hearsLock)
            {
                lastPeer = request.Peer;
            }

            await hold.Task;
            request.Reply("done"u8);
        });
        server = new PacketServer(new ServerOptions { Listeners = [listener] }, handlers, runtime);
        server.Start();
    }

    [TearDown]
    public async Task TearDown()
    {
        hold.TrySetResult();
        foreach (PacketClient client in clients)
        {
            await client.DisposeAsync();
        }

        clients.Clear();
        await server.DisposeAsync();
        await Eventually.HoldsAsync(() => runtime.Pool.Statistics.LeasedBytes == 0,
            $"everything leased is returned; left: {string.Join(", ", runtime.Pool.OutstandingHolders())}");
        runtime.Dispose();
        endpoint.Dispose();
        key.Dispose();
    }

    [Test]
    public async Task Echo_OneAfterTheOther_ComesBack()
    {
        PacketClient client = await ConnectAsync();
        for (int bytes = 0; bytes < 2_000; bytes += 37)
        {
            await EchoAsync(client, bytes);
        }
    }

    [Test]
    public async Task Echo_Large_ComesBackWhole() => await EchoAsync(await ConnectAsync(), 15 << 20);

    [Test]
    public async Task Echo_ManyClientsWithManyRequests_AllComeBack()
    {
        PacketClient[] many = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => ConnectAsync()));
        await Task.WhenAll(many.SelectMany(client => Enumerable.Range(0, 100).Select(i => EchoAsync(client, i * 10))));
        Assert.That(server.ConnectionsRefused, Is.Zero);
    }

    [Test]
    public async Task Echo_ClientThatSendsByteByByte_ComesBack()
    {
        PacketClient client = await ConnectAsync(static inner => new SlowConnection(inner, pieceBytes: 1));
        await EchoAsync(client, 100);
        await EchoAsync(client, 3_000);
    }

    [Test]
    public async Task Client_ThatHalfClosesWithARequestUnderWay_IsLetGo()
    {
        TransportConnection? connection = null;
        PacketClient client = await ConnectAsync(inner => connection = inner);
        Task<PacketReply> request = client.RequestAsync("held", default, Patience).AsTask();
        await Eventually.HoldsAsync(HasHeard, "the request is under way");
        connection!.ShutdownSend();
        await client.Closed.WaitAsync(Patience);
        hold.SetResult();
        await EndsAsync(request);
        await Eventually.HoldsAsync(() => server.Connections == 0, "the server let it go");
        await EchoAsync(await ConnectAsync(), 64);
    }

    [Test]
    public async Task Client_ThatIsCutInTheMiddleOfASend_IsLetGo()
    {
        TransportConnection? connection = null;
        PacketClient client = await ConnectAsync(inner => connection = inner);
        Task<PacketReply>[] requests =
            [.. Enumerable.Range(0, 4).Select(_ => client.RequestAsync("ECHO", new byte[4 << 20], Patience).AsTask())];
        connection!.Close();
        await client.Closed.WaitAsync(Patience);
        await Task.WhenAll(requests.Select(EndsAsync));
        await Eventually.HoldsAsync(() => server.Connections == 0, "the server let it go");
        await EchoAsync(await ConnectAsync(), 64);
    }

    [Test]
    public async Task Client_ThatDoesNotRead_HasItsRepliesWait()
    {
        SlowConnection? slow = null;
        PacketClient client = await ConnectAsync(inner => slow = new SlowConnection(inner, AllAtOnce));
        slow!.Hold();
        Task[] echoes = [.. Enumerable.Range(0, 24).Select(_ => EchoAsync(client, 1 << 20))];
        await Eventually.HoldsAsync(() => slow.IsWaiting, "the client does not read");
        await EchoAsync(await ConnectAsync(), 64);
        Assert.That(echoes.Count(static echo => echo.IsCompleted), Is.LessThan(echoes.Length));
        slow.Release();
        await Task.WhenAll(echoes);
        Assert.That(client.Closed.IsCompleted, Is.False);
    }

    [Test]
    public async Task Stop_WithARequestUnderWay_LetsItEnd()
    {
        PacketClient client = await ConnectAsync();
        Task<PacketReply> request = client.RequestAsync("held", default, Patience).AsTask();
        await Eventually.HoldsAsync(HasHeard, "the request is under way");
        Task<int> stop = server.StopAsync(Patience);
        await Eventually.HoldsAsync(() => server.IsDraining, "it is draining");
        hold.SetResult();
        using PacketReply reply = await request;
        Assert.That(reply.Payload.Span.SequenceEqual("done"u8), Is.True);
        Assert.That(await stop, Is.Zero, "nothing was cut");
    }

    [Test]
    public async Task Handler_OfALocalPeer_SeesItsProcess()
    {
        PacketClient client = await ConnectAsync();
        Task<PacketReply> request = client.RequestAsync("held", default, Patience).AsTask();
        await Eventually.HoldsAsync(HasHeard, "the request is under way");
        PeerCredentials? peer = lastPeer.Credentials;
        hold.SetResult();
        (await request).Dispose();
        bool isKnown = SystemPeers.IsSupported
            && kind is TransportKind.Unix or TransportKind.Abstract or TransportKind.Pipe;
        Assert.That(peer?.ProcessId, Is.EqualTo(isKnown ? Environment.ProcessId : null));
    }

    private bool HasHeard()
    {
        lock (hearsLock)
        {
            return lastPeer != default;
        }
    }

    private async Task<PacketClient> ConnectAsync(Func<TransportConnection, TransportConnection>? wrap = null)
    {
        ClientOptions options = new()
        {
            Session = session,
            Secure = new SecureClientOptions { Trust = ServerTrust.Pinned(key.Fingerprint) },
        };
        Endpoint bound = server.Endpoints[0];
        TransportConnection connection = kind == TransportKind.InMemory
            ? ConnectInMemory()
            : await TransportConnector.ConnectAsync(bound, TransportOptions.Default, CancellationToken.None);
        TransportConnection wrapped = wrap?.Invoke(connection) ?? connection;
        PacketClient client = await PacketClient.OpenAsync(_ => Task.FromResult(wrapped), runtime, options,
            SecureClient.For(bound, session, options.Secure), CancellationToken.None);
        lock (clients)
        {
            clients.Add(client);
        }

        return client;
    }

    private TransportConnection ConnectInMemory()
    {
        (TransportConnection client, TransportConnection accepted) = InMemoryTransport.CreatePair();
        server.Acceptors[0].OnAccepted(accepted);
        return client;
    }

    private static async Task EchoAsync(PacketClient client, int bytes)
    {
        byte[] payload = new byte[bytes];
        new Random(bytes).NextBytes(payload);
        using PacketReply reply = await client.RequestAsync("ECHO", payload, Patience);
        Assert.That(reply.Payload.Span.SequenceEqual(payload), Is.True);
    }

    // With a reply or without: what counts is that it does not stay open.
    private static async Task EndsAsync(Task<PacketReply> request)
    {
        try
        {
            (await request.WaitAsync(Patience)).Dispose();
        }
        catch (Exception e) when (e is PacketConnectionException or PacketErrorException)
        {
        }
    }
}
