using System.Threading;
using Microsoft.Extensions.Logging;
using NetworkProtocol.Fast.Link;

namespace NetworkProtocol.Fast.Server;

/// <summary>
/// One line for each connection that had a session, at its end, in a category of its own. Sessions that end by a fault
/// get as many lines as a healthy server has by far, and beyond them count with the other faults: peers decide how many
/// there are. Any thread.
/// </summary>
internal sealed class AccessLog(ILogger logger, TimerWheel wheel)
{
    // Ten a second.
    internal const int FaultsInIntervalMax = 100;

    private long intervalEndsMs;
    private int faults;

    /// <summary>Writes the line.</summary>
    /// <returns>False when it is left to whoever counts faults.</returns>
    internal bool TryWrite(PeerLink link, LinkClosed reason, bool isFault)
    {
        if (isFault && !TryTakeLine())
        {
            return false;
        }

        if (!logger.IsEnabled(LogLevel.Information))
        {
            return true;
        }

        LinkTraffic traffic = link.Traffic;
        ServerLog.Access(logger, link.Connection.Id, link.Connection.DescribeRemote(),
            link.Totals?.Label ?? string.Empty, ServerSink.DescribePeer(link), ServerSink.SessionOf(link),
            traffic.PacketsReceived, traffic.BytesReceived, traffic.PacketsSent, traffic.BytesSent, link.AgeMs, reason);
        return true;
    }

    // Two threads at an interval's end may let a line more through; they are many fewer than the connections.
    private bool TryTakeLine()
    {
        long now = wheel.NowMs;
        long ends = Volatile.Read(ref intervalEndsMs);
        if (now >= ends && Interlocked.CompareExchange(ref intervalEndsMs, now + LogPace.IntervalMs, ends) == ends)
        {
            Volatile.Write(ref faults, 0);
        }

        return Interlocked.Increment(ref faults) <= FaultsInIntervalMax;
    }
}
