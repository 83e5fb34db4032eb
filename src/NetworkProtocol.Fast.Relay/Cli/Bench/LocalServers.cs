using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Relay.Forwarding;
using NetworkProtocol.Fast.Server;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Cli.Bench;

/// <summary>What a bench without a target loads: an upstream, a relay that forwards to it, one that answers.</summary>
internal sealed class LocalServers : IAsyncDisposable
{
    /// <summary>Name of the subject that the others are compared with.</summary>
    internal const string RawSubject = "raw echo";

    private const string UpstreamName = "bench";

    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ReadyInterval = TimeSpan.FromMilliseconds(10);

    private readonly RawEchoServer raw = new();
    private readonly PacketServer upstream;
    private readonly RelayNode answering;
    private readonly RelayNode forwarding;

    private LocalServers(LinkRuntime runtime, int inFlight)
    {
        var server = new ServerOptions
        {
            Endpoints = [Endpoint.Tcp("127.0.0.1", 0)],
            Link = new LinkOptions { RequestsInFlightMax = Math.Max(inFlight, new LinkOptions().RequestsInFlightMax) },
        };

        // The upstream's clients are relays: each link carries the requests of many.
        var shared = server with { Link = server.Link with { RequestsInFlightMax = 1 << 20 } };
        upstream = new PacketServer(shared, new HandlerTable(), runtime);
        upstream.Start();
        answering = new RelayNode(new RelayOptions { Server = server }, runtime);
        answering.Start();
        forwarding = new RelayNode(
            new RelayOptions
            {
                Server = server,
                Upstreams = [new UpstreamOptions { Name = UpstreamName, Nodes = upstream.Endpoints }],
                Routes = [new RouteOptions { Match = RouteMatch.Parse("ECHO"), Target = UpstreamName }],
            },
            runtime);
        forwarding.Start();
    }

    internal static async Task<LocalServers> StartAsync(
        LinkRuntime runtime, int inFlight, CancellationToken cancellationToken)
    {
        var servers = new LocalServers(runtime, inFlight);
        await servers.WaitUntilForwardingAsync(runtime, cancellationToken).ConfigureAwait(false);
        return servers;
    }

    internal IReadOnlyList<BenchSubject> Subjects(BenchOptions options, LinkRuntime runtime) =>
    [
        new BenchSubject(RawSubject, shape => new RawLoad(raw.EndPoint, options.WireBytes, shape)),
        new BenchSubject("plain echo", shape => new PacketLoad(answering.Endpoints[0], options, shape, runtime)),
        new BenchSubject("forwarded echo", shape => new PacketLoad(forwarding.Endpoints[0], options, shape, runtime)),
    ];

    public async ValueTask DisposeAsync()
    {
        await forwarding.DisposeAsync().ConfigureAwait(false);
        await answering.DisposeAsync().ConfigureAwait(false);
        await upstream.DisposeAsync().ConfigureAwait(false);
        await raw.DisposeAsync().ConfigureAwait(false);
    }

    // The relay connects to its upstream in the background.
    private async Task WaitUntilForwardingAsync(LinkRuntime runtime, CancellationToken cancellationToken)
    {
        PacketClient client = await PacketClient
            .ConnectAsync(forwarding.Endpoints[0], runtime, null, cancellationToken).ConfigureAwait(false);
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
