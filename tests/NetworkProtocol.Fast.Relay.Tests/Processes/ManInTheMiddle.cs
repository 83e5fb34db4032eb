using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Server;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Tests.Processes;

/// <summary>
/// Stands between a client and its server: opens a secure session to either side, with a key of his own, and passes
/// requests and replies on. What he could read is remembered.
/// </summary>
internal sealed class ManInTheMiddle : IAsyncDisposable
{
    private readonly LinkRuntime runtime;
    private readonly IdentityKey identity = IdentityKey.Create();
    private readonly ConcurrentQueue<byte[]> overheard = new();
    private readonly PacketServer server;
    private readonly PacketClient client;

    private ManInTheMiddle(PacketClient client, LinkRuntime runtime)
    {
        this.client = client;
        this.runtime = runtime;
        HandlerTable handlers = new HandlerTable().MapAsync("*", async request =>
        {
            byte[] payload = request.Payload.ToArray();
            overheard.Enqueue(payload);
            using PacketReply reply = await client.RequestAsync("mirror", payload);
            request.Reply(reply.Payload.Span);
        });
        var options = new ServerOptions
        {
            Listeners =
            [
                new ServerListener(Endpoint.Parse("tcp://127.0.0.1:0"))
                {
                    Secure = new SecureServerOptions { Identity = identity },
                },
            ],
        };
        server = new PacketServer(options, handlers, runtime);
        server.Start();
    }

    /// <summary>Where the client is lured to.</summary>
    internal string Uri => server.Endpoints[0].ToString();

    internal KeyFingerprint Fingerprint => identity.Fingerprint;

    internal IReadOnlyCollection<byte[]> Overheard => overheard;

    /// <summary>Stands in front of a server that answers "mirror".</summary>
    internal static async Task<ManInTheMiddle> BeforeAsync(Endpoint server)
    {
        var runtime = new LinkRuntime();
        var careless = new ClientOptions { Secure = new SecureClientOptions { Trust = ServerTrust.Anyone } };
        return new ManInTheMiddle(await PacketClient.ConnectAsync(server, runtime, careless), runtime);
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        await client.DisposeAsync();
        identity.Dispose();
        runtime.Dispose();
    }
}
