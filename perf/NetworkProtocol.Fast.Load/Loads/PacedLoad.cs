using System.Collections.Generic;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Relay.Cli.Bench;

namespace NetworkProtocol.Fast.Loading.Loads;

/// <summary>
/// Requests at a fixed rate, whatever comes back: an open loop. A request that cannot be sent in its time is sent as
/// soon as it can, and its latency still counts from when it was meant to be sent, so that a server that stalls is not
/// spared the requests that it held up.
/// </summary>
/// <param name="shape">Connections, and the most requests under way on each.</param>
/// <param name="rate">Requests for a second, over all connections.</param>
internal abstract class PacedLoad(LoadShape shape, double rate) : Load(shape)
{
    private readonly List<IPacedConnection> connections = [];
    private Thread? pacer;

    internal override async Task OpenAsync(CancellationToken cancellationToken)
    {
        for (int i = 0; i < Shape.Connections; i++)
        {
            var slots = new PacedSlots(Run, AddMeter(), Shape.InFlight);
            connections.Add(await ConnectAsync(slots, cancellationToken).ConfigureAwait(false));
        }
    }

    internal override void Begin()
    {
        pacer = new Thread(Pace) { IsBackground = true, Name = "pacer" };
        pacer.Start();
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (IPacedConnection connection in connections)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
        }
    }

    protected abstract Task<IPacedConnection> ConnectAsync(PacedSlots slots, CancellationToken cancellationToken);

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

            foreach (IPacedConnection connection in connections)
            {
                connection.Flush();
            }

            Pause.Until(begin + (long)(sent * ticksPerRequest));
        }

        foreach (IPacedConnection connection in connections)
        {
            connection.Finish();
        }
    }
}
