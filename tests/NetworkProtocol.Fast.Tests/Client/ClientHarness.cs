using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Tests.Link;
using NetworkProtocol.Fast.Tests.Shared;
using NetworkProtocol.Fast.Transport;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Client;

/// <summary>Clients whose server is raw, on a clock of the test's own; closing it holds the pool to account.</summary>
internal sealed class ClientHarness : IAsyncDisposable
{
    private readonly List<PacketClient> clients = [];
    private readonly List<RawPeer> servers = [];

    internal ClientHarness(long memoryBytes = LinkRuntime.MemoryLimitBytesDefault) =>
        Runtime = new LinkRuntime(memoryBytes, null, Time.Wheel);

    internal ManualTime Time { get; } = new();

    internal LinkRuntime Runtime { get; }

    /// <summary>Opens a client; <paramref name="accept"/> plays the server's part of the opening.</summary>
    internal async Task<(PacketClient Client, RawPeer Server)> OpenAsync(
        ClientOptions? options = null, LinkSettings? server = null, Func<RawPeer, Task>? accept = null)
    {
        (TransportConnection near, TransportConnection far) = InMemoryTransport.CreatePair();
        var peer = new RawPeer(far);
        servers.Add(peer);
        Task<PacketClient> opening = PacketClient.OpenAsync(
            _ => Task.FromResult(near), Runtime, options ?? new ClientOptions(), null, CancellationToken.None);
        await (accept is null ? peer.AcceptAsync(server) : accept(peer));
        PacketClient client = await opening;
        clients.Add(client);
        return (client, peer);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (RawPeer server in servers)
        {
            server.Close();
        }

        foreach (PacketClient client in clients)
        {
            await client.DisposeAsync();
            Assert.That(client.RequestsInFlight, Is.Zero);
        }

        await Eventually.HoldsAsync(() => Runtime.Pool.Statistics.LeasedBytes == 0,
            $"everything leased is returned; left: {string.Join(", ", Runtime.Pool.OutstandingHolders())}");
        Assert.That(Runtime.Pool.Statistics.DoubleReturnsTotal, Is.Zero);
        Runtime.Dispose();
    }
}
