using System;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Tests.Link;
using NetworkProtocol.Fast.Tests.Shared;
using NetworkProtocol.Fast.Transport;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Client;

/// <summary>A client that connects again, and every connection that it makes; they can be refused.</summary>
internal sealed class ReconnectHarness : IAsyncDisposable
{
    private readonly LinkRuntime runtime = new();
    private readonly Channel<RawPeer> servers = Channel.CreateUnbounded<RawPeer>();
    private PacketClient? client;
    private int dials;

    /// <summary>Attempts to connect, the first included.</summary>
    internal int Dials => Volatile.Read(ref dials);

    /// <summary>Whether attempts fail as to a port where nobody listens.</summary>
    internal bool IsUnreachable { get; set; }

    internal LinkRuntime Runtime => runtime;

    internal static ClientOptions Options { get; } = new()
    {
        AutoReconnect = true,
        ReconnectDelayMin = TimeSpan.FromMilliseconds(1),
        ReconnectDelayMax = TimeSpan.FromMilliseconds(20),
    };

    internal async Task<(PacketClient Client, RawPeer Server)> OpenAsync(ClientOptions? options = null)
    {
        Task<PacketClient> opening =
            PacketClient.OpenAsync(_ => DialAsync(), runtime, options ?? Options, null, CancellationToken.None);
        RawPeer server = await AcceptAsync();
        client = await opening;
        return (client, server);
    }

    /// <summary>The server's end of the next connection, both Hellos said.</summary>
    internal async Task<RawPeer> AcceptAsync()
    {
        RawPeer server = await NextAsync();
        await server.AcceptAsync();
        return server;
    }

    /// <summary>The server's end of the next connection, nothing said.</summary>
    internal ValueTask<RawPeer> NextAsync() =>
        servers.Reader.ReadAsync(TestContext.CurrentContext.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (client is not null)
        {
            await client.DisposeAsync();
            Assert.That(client.RequestsInFlight, Is.Zero);
            Assert.That(client.Closed.IsCompleted);
        }

        while (servers.Reader.TryRead(out RawPeer? left))
        {
            left.Close();
        }

        await Eventually.HoldsAsync(() => runtime.Pool.Statistics.LeasedBytes == 0,
            $"everything leased is returned; left: {string.Join(", ", runtime.Pool.OutstandingHolders())}");
        runtime.Dispose();
    }

    private Task<TransportConnection> DialAsync()
    {
        Interlocked.Increment(ref dials);
        if (IsUnreachable)
        {
            throw new TransportException(Endpoint.Parse("tcp://127.0.0.1:1"), SocketError.ConnectionRefused,
                "nobody listens");
        }

        (TransportConnection near, TransportConnection far) = InMemoryTransport.CreatePair();
        servers.Writer.TryWrite(new RawPeer(far));
        return Task.FromResult(near);
    }
}
