using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Certificates;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Server;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Tests.Shared;
using NetworkProtocol.Fast.Tests.Transport;
using NetworkProtocol.Fast.Transport;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Server;

/// <summary>
/// A server behind one kind of transport and of session, and clients of it. TLS has listeners for TCP alone, but goes
/// over everything that carries bytes: what another listener accepts is handed to the TLS listener, as if it had
/// accepted it.
/// </summary>
internal abstract class TransportSessionFixture(TransportKind kind, SessionUnderTest session)
{
    /// <summary>What carries the bytes.</summary>
    internal TransportKind Kind => kind;

    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly Endpoint AnyTls = Endpoint.Parse("tls://localhost:1");

    private readonly List<PacketClient> clients = [];
    private readonly Lock heardLock = new();
    private TaskCompletionSource hold = null!;
    private Peer lastPeer;
    private IdentityKey key = null!;
    private TestCertificates? certificates;
    private TlsConnector? connector;
    private EndpointUnderTest endpoint = null!;
    private TransportListener? carrier;
    private LinkRuntime clientRuntime = null!;

    internal PacketServer Server { get; private set; } = null!;

    /// <summary>The server's alone: what is leased here, clients make it keep.</summary>
    internal LinkRuntime Runtime { get; private set; } = null!;

    internal Peer LastPeer
    {
        get
        {
            lock (heardLock)
            {
                return lastPeer;
            }
        }
    }

    protected bool HasHeard => LastPeer != default;

    protected static IEnumerable<TestFixtureData> Combinations() =>
        from kind in Enum.GetValues<TransportKind>()
        from session in Enum.GetValues<SessionUnderTest>()
        select new TestFixtureData(kind, session);

    [SetUp]
    public void SetUp()
    {
        lastPeer = default;
        hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        key = IdentityKey.Create();
        Runtime = new LinkRuntime();
        clientRuntime = new LinkRuntime();

        // Memory has no listener: its ends are handed to the server as if this one had accepted them.
        endpoint = new EndpointUnderTest(kind == TransportKind.InMemory ? TransportKind.Tcp : kind);
        Server = new PacketServer(
            new ServerOptions { Listeners = [MakeListener()], Link = new LinkOptions { SlowPeerTimeout = Patience } },
            new HandlerTable().MapAsync("held", HoldAsync), Runtime);
        Server.Start();
        carrier = session == SessionUnderTest.Tls && kind is not (TransportKind.Tcp or TransportKind.InMemory)
            ? TransportListener.Start(endpoint.Endpoint, ListenerOptions.Default, Server.Acceptors[0])
            : null;
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
        await (carrier?.DisposeAsync() ?? default);
        await Server.DisposeAsync();
        await ReturnsAllAsync(Runtime);
        await ReturnsAllAsync(clientRuntime);
        Runtime.Dispose();
        clientRuntime.Dispose();
        endpoint.Dispose();
        certificates?.Dispose();
        certificates = null;
        key.Dispose();
    }

    /// <summary>Lets requests for "held" be answered.</summary>
    internal void LetGo() => hold.SetResult();

    internal async Task<PacketClient> ConnectAsync(Func<TransportConnection, TransportConnection>? wrap = null)
    {
        ClientOptions options = new()
        {
            Session = session == SessionUnderTest.Secure ? SessionKind.Secure : SessionKind.Plain,
            Secure = new SecureClientOptions { Trust = ServerTrust.Pinned(key.Fingerprint) },
        };
        TransportConnection connection = await ConnectTransportAsync();
        TransportConnection wrapped = wrap?.Invoke(connection) ?? connection;
        PacketClient client = await PacketClient.OpenAsync(_ => Task.FromResult(wrapped), clientRuntime, options,
            SecureClient.For(Server.Endpoints[0], options.Session, options.Secure), CancellationToken.None);
        lock (clients)
        {
            clients.Add(client);
        }

        return client;
    }

    internal async Task<SessionPeer> ConnectPeerAsync() =>
        await SessionPeer.OpenAsync(await ConnectTransportAsync(), session == SessionUnderTest.Secure);

    internal static async Task EchoAsync(PacketClient client, int bytes)
    {
        byte[] payload = new byte[bytes];
        new Random(bytes).NextBytes(payload);
        using PacketReply reply = await client.RequestAsync("ECHO", payload, Patience);
        Assert.That(reply.Payload.Span.SequenceEqual(payload), Is.True);
    }

    private static Task ReturnsAllAsync(LinkRuntime runtime) => Eventually.HoldsAsync(
        () => runtime.Pool.Statistics.LeasedBytes == 0,
        $"everything leased is returned; left: {string.Join(", ", runtime.Pool.OutstandingHolders())}");

    private async ValueTask HoldAsync(PacketRequest request)
    {
        lock (heardLock)
        {
            lastPeer = request.Peer;
        }

        await hold.Task;
        request.Reply("done"u8);
    }

    private ServerListener MakeListener()
    {
        if (session != SessionUnderTest.Tls)
        {
            return new ServerListener(endpoint.Endpoint)
            {
                Session = session == SessionUnderTest.Secure ? SessionKind.Secure : SessionKind.Plain,
                Secure = session == SessionUnderTest.Secure ? new SecureServerOptions { Identity = key } : null,
            };
        }

        certificates = new TestCertificates();
        connector = new TlsConnector(new TlsClientOptions { RootsFile = certificates.Roots });
        return new ServerListener(Endpoint.Parse("tls://127.0.0.1:0"))
        {
            Tls = new TlsServerOptions { Certificates = [certificates.Issue("server")] },
        };
    }

    private async Task<TransportConnection> ConnectTransportAsync()
    {
        TransportConnection connection;
        if (kind == TransportKind.InMemory)
        {
            (connection, TransportConnection accepted) = InMemoryTransport.CreatePair();
            Server.Acceptors[0].OnAccepted(accepted);
        }
        else
        {
            connection = await TransportConnector.ConnectAsync(carrier?.BoundEndpoint ?? Server.Endpoints[0],
                TransportOptions.Default with { Tls = connector }, CancellationToken.None);
        }

        return session == SessionUnderTest.Tls && connection is not TlsConnection
            ? connector!.Wrap(connection, AnyTls)
            : connection;
    }
}
