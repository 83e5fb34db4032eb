using System.Threading;

namespace NetworkProtocol.Fast.Relay.Cli.Bench;

/// <summary>
/// What one connection counts. A message counts when it ends within the window: that is what the server did in it. A
/// latency counts when it began within the window, however late it ends: else the window's end would spare a server
/// that stands still the requests that it holds up. Written by whoever owns the connection's receive side, read by the
/// coordinator after the run, and the count also meanwhile.
/// </summary>
internal sealed class LoadMeter(LoadRun run)
{
    private long messages;

    internal LatencyHistogram Latencies { get; } = new();

    internal long Messages => Volatile.Read(ref messages);

    /// <param name="begun">When the message was sent, or meant to be; a timestamp of Stopwatch.</param>
    /// <param name="ended">When its reply was here.</param>
    internal void Record(long begun, long ended)
    {
        if (run.IsInWindow(begun))
        {
            Latencies.Record(ended - begun);
        }

        if (run.IsInWindow(ended))
        {
            Volatile.Write(ref messages, messages + 1);
        }
    }
}
