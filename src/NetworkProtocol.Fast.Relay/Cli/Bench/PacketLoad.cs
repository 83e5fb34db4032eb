using System;
using System.Collections.Generic;
using System.Numerics;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Cli.Bench;

/// <summary>Requests straight on the link layer, so that the generator costs little beside what it loads.</summary>
internal sealed class PacketLoad(
    Endpoint target, BenchOptions options, SessionSecurity? security, LoadShape shape, LinkRuntime runtime,
    TransportOptions? connecting = null)
    : Load(shape)
{
    private static readonly TimeSpan OpenTimeout = TimeSpan.FromSeconds(10);

    private readonly List<PacketLoadConnection> connections = [];

    internal override async Task OpenAsync(CancellationToken cancellationToken)
    {
        byte[] payload = options.CreatePayload();
        LinkOptions link = LinkOptionsFor(options.WireBytes, Shape.InFlight) with { Compression = options.Compression };
        for (int i = 0; i < Shape.Connections; i++)
        {
            TransportConnection transport = await TransportConnector
                .ConnectAsync(target, connecting ?? TransportOptions.Default, cancellationToken).ConfigureAwait(false);
            var connection = new PacketLoadConnection(Run, AddMeter(), options.Name, payload, Shape.InFlight);
            connections.Add(connection);
            await connection.OpenAsync(runtime, link, security, transport)
                .WaitAsync(OpenTimeout, cancellationToken).ConfigureAwait(false);
        }
    }

    internal override void Begin()
    {
        foreach (PacketLoadConnection connection in connections)
        {
            connection.Begin();
        }
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (PacketLoadConnection connection in connections)
        {
            await connection.CloseAsync().ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Queues that hold everything in flight without ever being "high": a generator that paused because of its own
    /// requests would measure itself.
    /// </summary>
    internal static LinkOptions LinkOptionsFor(int wireBytes, int inFlight)
    {
        long underWay = (long)(wireBytes + 64) * inFlight;
        long ring = (long)BitOperations.RoundUpToPowerOf2((ulong)Math.Min(underWay * 4, 16 << 20));
        return new LinkOptions
        {
            SendRingBytes = (int)Math.Max(ring, 64 << 10),
            SendQueueHighBytes = Math.Max(underWay * 2, 1 << 20),
            SendQueueLimitBytes = Math.Max(underWay * 2, 32 << 20),
            Software = "npfast bench",
        };
    }
}
