using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Certificates;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Relay.Forwarding;
using NetworkProtocol.Fast.Server;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Cli.Bench;

/// <summary>What a bench without a target loads: an upstream, a relay that forwards to it, one that answers.</summary>
internal sealed class LocalServers : IAsyncDisposable
{
    /// <summary>Name of the subject that the others are compared with.</summary>
    internal const string RawSubject = "raw echo";

    internal const string PlainSubject = "plain echo";
    internal const string SecureSubject = "secure echo";
    internal const string SecureConnectSubject = "secure connect";

    /// <summary>Which of the two hops of a forwarded request is secured.</summary>
    internal const string HopsNote = "forwarded goes from client to relay to upstream; "
        + "secure to relay: the first hop is secure, the second plain; secure both hops: both are secure";

    private const string UpstreamName = "bench";

    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ReadyInterval = TimeSpan.FromMilliseconds(10);

    private readonly RawServer raw = RawServer.Echo();
    private readonly PacketServer upstream;
    private readonly PacketServer secureUpstream;
    private readonly RelayNode answering;
    private readonly RelayNode forwarding;
    private readonly RelayNode answeringSecurely;
    private readonly RelayNode forwardingSecurely;
    private readonly RelayNode forwardingSecurelyOn;
    private readonly RelayNode answeringByTls;
    private readonly BenchCertificate certificate = new();
    private readonly IdentityKey identity = IdentityKey.Create();
    private readonly SecureClient secureClient;

    private LocalServers(LinkRuntime runtime, int inFlight)
    {
        var plain = new ServerOptions
        {
            Listeners = [new ServerListener(Endpoint.Tcp("127.0.0.1", 0)) { Session = SessionKind.Plain }],
            Link = new LinkOptions { RequestsInFlightMax = Math.Max(inFlight, new LinkOptions().RequestsInFlightMax) },
        };

        // The bench connects more often than any honest client does.
        ServerOptions secure = plain with
        {
            Listeners =
            [
                new ServerListener(Endpoint.Tcp("127.0.0.1", 0))
                {
                    Secure = new SecureServerOptions
                    {
                        Identity = identity,
                        Replay = new ReplayOptions { Capacity = ReplayOptions.CapacityMax },
                    },
                },
            ],
        };
        ServerOptions tls = plain with
        {
            Listeners =
            [
                new ServerListener(Endpoint.Parse("tls://127.0.0.1:0"))
                {
                    Tls = new TlsServerOptions { Certificates = [certificate.Files] },
                },
            ],
        };
        secureClient = new SecureClient(
            new SecureClientOptions { Trust = ServerTrust.Pinned(identity.Fingerprint) }, UpstreamName);

        // The upstream's clients are relays: each link carries the requests of many.
        LinkOptions shared = plain.Link with { RequestsInFlightMax = 1 << 20 };
        upstream = new PacketServer(plain with { Link = shared }, new HandlerTable(), runtime);
        upstream.Start();
        secureUpstream = new PacketServer(secure with { Link = shared }, new HandlerTable(), runtime);
        secureUpstream.Start();
        answering = Start(new RelayOptions { Server = plain }, runtime);
        answeringSecurely = Start(new RelayOptions { Server = secure }, runtime);
        answeringByTls = Start(new RelayOptions { Server = tls }, runtime);
        var plainHop = new UpstreamOptions
        {
            Name = UpstreamName, Nodes = upstream.Endpoints, Session = SessionKind.Plain,
        };
        UpstreamOptions secureHop = plainHop with
        {
            Nodes = secureUpstream.Endpoints, Session = SessionKind.Secure, Secure = secureClient.Options,
        };
        forwarding = Start(Forwarding(plain, plainHop), runtime);
        forwardingSecurely = Start(Forwarding(secure, plainHop), runtime);
        forwardingSecurelyOn = Start(Forwarding(secure, secureHop), runtime);
    }

    internal static async Task<LocalServers> StartAsync(
        LinkRuntime runtime, int inFlight, CancellationToken cancellationToken)
    {
        var servers = new LocalServers(runtime, inFlight);
        var plain = new ClientOptions { Session = SessionKind.Plain };
        await WaitUntilForwardingAsync(servers.forwarding, runtime, plain, cancellationToken).ConfigureAwait(false);
        var secure = new ClientOptions { Secure = servers.secureClient.Options };
        await WaitUntilForwardingAsync(servers.forwardingSecurely, runtime, secure, cancellationToken)
            .ConfigureAwait(false);
        await WaitUntilForwardingAsync(servers.forwardingSecurelyOn, runtime, secure, cancellationToken)
            .ConfigureAwait(false);
        return servers;
    }

    internal IReadOnlyList<BenchSubject> Subjects(BenchOptions options, LinkRuntime runtime) =>
    [
        new BenchSubject(RawSubject, shape => new RawLoad(raw.EndPoint, options.WireBytes, shape)),
        Subject(PlainSubject, answering, null, options, runtime),
        Subject(SecureSubject, answeringSecurely, secureClient, options, runtime),
        new BenchSubject("tls echo", shape => new PacketLoad(
            answeringByTls.Endpoints[0], options, null, shape, runtime, ByTls(resumes: true))),
        Subject("plain forwarded", forwarding, null, options, runtime),
        Subject("secure to relay", forwardingSecurely, secureClient, options, runtime),
        Subject("secure both hops", forwardingSecurelyOn, secureClient, options, runtime),
    ];

    internal IReadOnlyList<BenchSubject> ConnectSubjects(LinkRuntime runtime) =>
    [
        new BenchSubject("plain connect", shape => new ConnectLoad(answering.Endpoints[0], null, shape, runtime)),
        new BenchSubject(SecureConnectSubject,
            shape => new ConnectLoad(answeringSecurely.Endpoints[0], secureClient, shape, runtime)),
        new BenchSubject("tls connect", shape => new ConnectLoad(
            answeringByTls.Endpoints[0], null, shape, runtime, connecting: ByTls(resumes: false))),
        new BenchSubject("tls resumed", shape => new ConnectLoad(
            answeringByTls.Endpoints[0], null, shape, runtime, connecting: ByTls(resumes: true))),
    ];

    public async ValueTask DisposeAsync()
    {
        await forwardingSecurelyOn.DisposeAsync().ConfigureAwait(false);
        await forwardingSecurely.DisposeAsync().ConfigureAwait(false);
        await forwarding.DisposeAsync().ConfigureAwait(false);
        await answeringByTls.DisposeAsync().ConfigureAwait(false);
        await answeringSecurely.DisposeAsync().ConfigureAwait(false);
        await answering.DisposeAsync().ConfigureAwait(false);
        await secureUpstream.DisposeAsync().ConfigureAwait(false);
        await upstream.DisposeAsync().ConfigureAwait(false);
        await raw.DisposeAsync().ConfigureAwait(false);
        identity.Dispose();
        certificate.Dispose();
    }

    private TransportOptions ByTls(bool resumes) => TransportOptions.Default with
    {
        Tls = new TlsConnector(certificate.ClientOptions with { ResumesSessions = resumes }),
    };

    private static BenchSubject Subject(
        string name, RelayNode relay, SecureClient? security, BenchOptions options, LinkRuntime runtime) =>
        new(name, shape => new PacketLoad(relay.Endpoints[0], options, security, shape, runtime));

    private static RelayNode Start(RelayOptions options, LinkRuntime runtime)
    {
        var node = new RelayNode(options, runtime);
        node.Start();
        return node;
    }

    private static RelayOptions Forwarding(ServerOptions server, UpstreamOptions upstream) => new()
    {
        Server = server,
        Upstreams = [upstream],
        Routes = [new RouteOptions { Match = RouteMatch.Parse("ECHO"), Target = UpstreamName }],
    };

    // The relay connects to its upstream in the background.
    private static async Task WaitUntilForwardingAsync(
        RelayNode relay, LinkRuntime runtime, ClientOptions options, CancellationToken cancellationToken)
    {
        PacketClient client = await PacketClient
            .ConnectAsync(relay.Endpoints[0], runtime, options, cancellationToken).ConfigureAwait(false);
        await using (client.ConfigureAwait(false))
        {
            long limit = Environment.TickCount64 + (long)ReadyTimeout.TotalMilliseconds;
            while (true)
            {
                try
                {
                    using PacketReply reply = await client
                        .RequestAsync("ECHO", default, null, cancellationToken).ConfigureAwait(false);
                    return;
                }
                catch (PacketErrorException e) when (
                    e.Code == ErrorCode.NoUpstream && Environment.TickCount64 < limit)
                {
                    await Task.Delay(ReadyInterval, cancellationToken).ConfigureAwait(false);
                }
            }
        }
    }
}
