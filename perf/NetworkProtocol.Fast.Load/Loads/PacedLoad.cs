using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Relay.Cli.Bench;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Loading.Loads;

/// <summary>
/// Requests at a fixed rate, whatever comes back: an open loop. A request that cannot be sent in its time is sent as
/// soon as it can, and its latency still counts from when it was meant to be sent, so that a server that stalls is not
/// spared the requests that it held up.
/// </summary>
internal sealed class PacedLoad(
    Endpoint target, BenchOptions options, SecureClient? security, double rate, LinkRuntime runtime)
    : Load(options.Shape)
{
    private static readonly TimeSpan OpenTimeout = TimeSpan.FromSeconds(10);

    private readonly List<PacedConnection> connections = [];
    private Thread? pacer;

    internal override async Task OpenAsync(CancellationToken cancellationToken)
    {
        byte[] payload = options.CreatePayload();
        LinkOptions link = PacketLoad.LinkOptionsFor(options.WireBytes, Shape.InFlight);
        for (int i = 0; i < Shape.Connections; i++)
        {
            TransportConnection transport = await TransportConnector
                .ConnectAsync(target, TransportOptions.Default, cancellationToken).ConfigureAwait(false);
            var connection = new PacedConnection(Run, AddMeter(), options.Name, payload, Shape.InFlight);
            connections.Add(connection);
            await connection.OpenAsync(runtime, link, security, transport)
                .WaitAsync(OpenTimeout, cancellationToken).ConfigureAwait(false);
        }
    }

    internal override void Begin()
    {
        pacer = new Thread(Pace) { IsBackground = true, Name = "pacer" };
        pacer.Start();
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (PacedConnection connection in connections)
        {
            await connection.CloseAsync().ConfigureAwait(false);
        }
    }

    private void Pace()
    {
        double ticksPerRequest = Stopwatch.Frequency / rate;
        long begin = Stopwatch.GetTimestamp();
        long sent = 0;
        while (!Run.IsStopping)
        {
            long due = (long)((Stopwatch.GetTimestamp() - begin) / ticksPerRequest) + 1;
            while (sent < due && connections[(int)(sent % connections.Count)]
                .TrySend(begin + (long)(sent * ticksPerRequest)))
            {
                sent++;
            }

            foreach (PacedConnection connection in connections)
            {
                connection.Flush();
            }

            Pause.Until(begin + (long)(sent * ticksPerRequest));
        }

        foreach (PacedConnection connection in connections)
        {
            connection.Finish();
        }
    }
}
