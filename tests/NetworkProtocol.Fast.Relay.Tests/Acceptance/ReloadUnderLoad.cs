using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Tests.Shared;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Tests.Acceptance;

/// <summary>Clients that ask without a pause, half of their requests answered by the relay and half by an upstream;
/// every reply is held against its request.</summary>
internal sealed class ReloadUnderLoad : IAsyncDisposable
{
    private const int LanesPerClient = 4;

    private readonly CancellationTokenSource stop = new();
    private readonly List<PacketClient> clients = [];
    private readonly List<Task> lanes = [];
    private long replies;

    /// <summary>Replies so far.</summary>
    internal long Replies => Volatile.Read(ref replies);

    /// <summary>Connections that have ended.</summary>
    internal int Dropped => clients.Count(static c => c.Closed.IsCompleted);

    /// <summary>Whether a request has failed.</summary>
    internal bool HasFailed => lanes.Any(static l => l.IsFaulted);

    internal static async Task<ReloadUnderLoad> StartAsync(
        Endpoint relay, int clients, LinkRuntime runtime, CancellationToken cancellation, ClientOptions? options = null)
    {
        var load = new ReloadUnderLoad();
        for (int i = 0; i < clients; i++)
        {
            PacketClient client = await PacketClient.ConnectAsync(
                relay, runtime, options ?? Plain.Client, cancellation);
            load.clients.Add(client);
            for (int lane = 0; lane < LanesPerClient; lane++)
            {
                load.lanes.Add(load.AskAsync(client, (i * LanesPerClient) + lane));
            }
        }

        return load;
    }

    /// <summary>Ends the load; throws what a request failed with.</summary>
    internal async Task EndAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(lanes);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        foreach (PacketClient client in clients)
        {
            await client.DisposeAsync();
        }

        stop.Dispose();
    }

    private async Task AskAsync(PacketClient client, int lane)
    {
        for (int i = 0; !stop.IsCancellationRequested; i++)
        {
            byte[] payload = [.. BitConverter.GetBytes(lane), .. BitConverter.GetBytes(i)];
            using PacketReply reply = await client.RequestAsync(i % 2 == 0 ? "ECHO" : "orders.new", payload);
            if (!reply.Payload.Span[^payload.Length..].SequenceEqual(payload))
            {
                throw new InvalidOperationException($"lane {lane}: reply {i} is not what was sent");
            }

            Interlocked.Increment(ref replies);
        }
    }
}
