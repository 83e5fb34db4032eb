using System;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Relay.Cli.Bench;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Loading.Loads;

/// <summary>Packets at a fixed rate.</summary>
internal sealed class PacedPacketLoad(
    Endpoint target, BenchOptions options, SecureClient? security, double rate, LinkRuntime runtime)
    : PacedLoad(options.Shape, rate)
{
    private static readonly TimeSpan OpenTimeout = TimeSpan.FromSeconds(10);

    private readonly byte[] payload = options.CreatePayload();
    private readonly LinkOptions link = PacketLoad.LinkOptionsFor(options.WireBytes, options.Shape.InFlight);

    protected override async Task<IPacedConnection> ConnectAsync(
        PacedSlots slots, CancellationToken cancellationToken)
    {
        TransportConnection transport = await TransportConnector
            .ConnectAsync(target, TransportOptions.Default, cancellationToken).ConfigureAwait(false);
        var connection = new PacedLink(Run, slots, options.Name, payload);
        await connection.OpenAsync(runtime, link, security, transport)
            .WaitAsync(OpenTimeout, cancellationToken).ConfigureAwait(false);
        return connection;
    }
}
