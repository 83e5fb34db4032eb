using System.Threading;
using Microsoft.Extensions.Logging;
using NetworkProtocol.Fast.Link;

namespace NetworkProtocol.Fast.Server;

/// <summary>
/// Logs connections that a fault closed: the first in full, and how many came after it every ten seconds, so that a
/// scan or a flood writes a few lines. Each has its own line at Debug. Any thread.
/// </summary>
internal sealed class FaultLog(ILogger logger, TimerWheel wheel) : WheelTimer
{
    // Faults that no line at Information tells of yet, and the reason of the latest.
    private long untold;
    private string latest = string.Empty;

    // 1 from a line on, until an interval has passed without a fault.
    private int pausing;

    internal void Note(PeerLink link, LinkClosed reason)
    {
        // Counted before the look: a tick that ends the pause looks at the count after it.
        Interlocked.Increment(ref untold);
        if (Interlocked.Exchange(ref pausing, 1) == 0)
        {
            Interlocked.Decrement(ref untold);
            wheel.Schedule(this, wheel.NowMs + LogPace.IntervalMs);
            ServerLog.ClosedByFault(
                logger, link.Connection.Id, link.Connection, ServerSink.NameOf(link), reason, link.AgeMs);
            return;
        }

        if (logger.IsEnabled(LogLevel.Information))
        {
            Volatile.Write(ref latest, reason.ToString());
        }

        if (logger.IsEnabled(LogLevel.Debug))
        {
            ServerLog.ClosedByFurtherFault(
                logger, link.Connection.Id, link.Connection, ServerSink.NameOf(link), reason, link.AgeMs);
        }
    }

    /// <summary>Tells of those that are only counted yet, and of no more.</summary>
    internal void Stop()
    {
        wheel.Remove(this);
        Tell();
    }

    /// <inheritdoc/>
    protected internal override long OnTick(long nowMs)
    {
        if (Tell())
        {
            return nowMs + LogPace.IntervalMs;
        }

        Interlocked.Exchange(ref pausing, 0);
        bool cameMeanwhile = Volatile.Read(ref untold) > 0 && Interlocked.Exchange(ref pausing, 1) == 0;
        return cameMeanwhile ? nowMs + LogPace.IntervalMs : Never;
    }

    private bool Tell()
    {
        long count = Interlocked.Exchange(ref untold, 0);
        if (count > 0)
        {
            ServerLog.FurtherFaults(logger, count, Volatile.Read(ref latest));
        }

        return count > 0;
    }
}
