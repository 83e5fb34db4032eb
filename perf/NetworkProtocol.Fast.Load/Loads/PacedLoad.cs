using System.Collections.Generic;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Relay.Cli;
using NetworkProtocol.Fast.Relay.Cli.Bench;

namespace NetworkProtocol.Fast.Loading.Loads;

/// <summary>
/// Requests at a fixed rate, whatever comes back: an open loop. A request that cannot be sent in its time is sent as
/// soon as it can, also after the window in which it was due, and its latency still counts from when it was meant to be
/// sent, so that a server that stalls is not spared the requests that it held up. What is never answered counts with
/// the time that was waited for it.
/// </summary>
/// <param name="shape">Connections, and the most requests under way on each.</param>
/// <param name="rate">Requests for a second, over all connections.</param>
internal abstract class PacedLoad(LoadShape shape, double rate) : Load(shape)
{
    private readonly List<IPacedConnection> connections = [];
    private readonly List<PacedSlots> slots = [];
    private readonly LatencyHistogram missing = new();
    private readonly double ticksPerRequest = Stopwatch.Frequency / rate;
    private Thread? pacer;
    private long begin;

    // The pacer's own while it runs.
    private long sent;

    // Written by the coordinator, read by the pacer.
    private bool hasGivenUp;

    internal override async Task OpenAsync(CancellationToken cancellationToken)
    {
        for (int i = 0; i < Shape.Connections; i++)
        {
            var under = new PacedSlots(Run, AddMeter(), Shape.InFlight);
            slots.Add(under);
            connections.Add(await ConnectAsync(under, cancellationToken).ConfigureAwait(false));
        }
    }

    internal override void Begin()
    {
        pacer = new Thread(Pace) { IsBackground = true, Name = "pacer" };
        pacer.Start();
    }

    internal override bool TryGiveUp()
    {
        Volatile.Write(ref hasGivenUp, true);
        pacer!.Join();
        long now = Stopwatch.GetTimestamp();
        foreach (PacedSlots under in slots)
        {
            under.GiveUp(CountMissing);
        }

        for (; IntendedAt(sent) < Run.End; sent++)
        {
            CountMissing(IntendedAt(sent));
        }

        return true;

        void CountMissing(long intended)
        {
            if (Run.IsInWindow(intended))
            {
                missing.Record(now - intended);
            }
        }
    }

    internal override LatencyHistogram CollectLatencies()
    {
        LatencyHistogram all = base.CollectLatencies();
        all.Add(missing);
        return all;
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (IPacedConnection connection in connections)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
        }
    }

    protected abstract Task<IPacedConnection> ConnectAsync(PacedSlots slots, CancellationToken cancellationToken);

    private long IntendedAt(long request) => begin + (long)(request * ticksPerRequest);

    // Ends when all that was due in the window is sent.
    private void Pace()
    {
        begin = Stopwatch.GetTimestamp();
        while (IntendedAt(sent) < Run.End && !Volatile.Read(ref hasGivenUp))
        {
            long dueBy = Stopwatch.GetTimestamp();
            long end = Run.End;
            for (long intended = IntendedAt(sent); intended <= dueBy && intended < end
                && connections[(int)(sent % connections.Count)].TrySend(intended); intended = IntendedAt(sent))
            {
                sent++;
            }

            foreach (IPacedConnection connection in connections)
            {
                connection.Flush();
            }

            Pause.Until(IntendedAt(sent));
        }

        foreach (IPacedConnection connection in connections)
        {
            connection.Finish();
        }
    }
}
