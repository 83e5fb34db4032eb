using System.Threading;

namespace NetworkProtocol.Fast.Relay.Cli.Bench;

/// <summary>
/// What one connection counts, while the run is measured. Written by whoever owns the connection's receive side, read
/// by the coordinator after the run, and the count also meanwhile.
/// </summary>
internal sealed class LoadMeter(LoadRun run)
{
    private long messages;

    internal LatencyHistogram Latencies { get; } = new();

    internal long Messages => Volatile.Read(ref messages);

    internal void Record(long ticks)
    {
        if (run.IsMeasuring)
        {
            Latencies.Record(ticks);
            Volatile.Write(ref messages, messages + 1);
        }
    }
}
