using System;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Server;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Tests.Link;
using NetworkProtocol.Fast.Tests.Shared;
using NetworkProtocol.Fast.Transport;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Server;

/// <summary>A server on a socket of its own; closing it holds its pool, which clients may share, to account.</summary>
internal sealed class ServerHarness : IAsyncDisposable
{
    internal ServerHarness(
        HandlerTable? handlers = null, LinkOptions? link = null, int connectionsMax = 10_000, bool manualTime = false,
        long memoryBytes = LinkRuntime.MemoryLimitBytesDefault, SecureServerOptions? secure = null,
        ILoggerFactory? loggers = null, ServerListener? listener = null)
    {
        Time = new ManualTime();
        Runtime = manualTime
            ? new LinkRuntime(memoryBytes, loggers, Time.Wheel)
            : new LinkRuntime(memoryBytes, loggers);
        var options = new ServerOptions
        {
            Listeners =
            [
                listener ?? Plain.Loopback with
                {
                    Session = secure is null ? SessionKind.Plain : SessionKind.Secure,
                    Secure = secure,
                },
            ],
            ConnectionsMax = connectionsMax,
            Link = link ?? new LinkOptions(),
        };
        Server = new PacketServer(options, handlers ?? new HandlerTable(), Runtime);
        Server.Start();
    }

    internal ManualTime Time { get; }

    internal LinkRuntime Runtime { get; }

    internal PacketServer Server { get; }

    internal Endpoint Endpoint => Server.Endpoints[0];

    internal Task<PacketClient> ConnectAsync(ClientOptions? options = null, Endpoint? through = null) =>
        PacketClient.ConnectAsync(through ?? Endpoint, Runtime,
            options is { Secure: not null } ? options : (options ?? Plain.Client) with { Session = SessionKind.Plain });

    internal async Task<RawPeer> ConnectRawAsync(bool open = true)
    {
        RawPeer peer = await RawPeer.ConnectAsync(Endpoint);
        if (open)
        {
            await peer.OpenAsync();
        }

        return peer;
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Assert.That(Server.Connections, Is.Zero);
        await Eventually.HoldsAsync(() => Runtime.Pool.Statistics.LeasedBytes == 0,
            $"everything leased is returned; left: {string.Join(", ", Runtime.Pool.OutstandingHolders())}");
        Assert.That(Runtime.Pool.Statistics.DoubleReturnsTotal, Is.Zero);
        Runtime.Dispose();
    }
}
