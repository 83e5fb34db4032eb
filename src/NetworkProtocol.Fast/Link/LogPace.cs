using System.Threading;

namespace NetworkProtocol.Fast.Link;

/// <summary>
/// Lets one of many like messages through at a time, the first at once and then one every ten seconds at most: peers
/// decide how often these happen, and must not fill a log. Any thread.
/// </summary>
internal sealed class LogPace
{
    internal const long IntervalMs = 10_000;

    private long nextMs;
    private long untold;

    /// <summary>Whether this one may be told; else it is counted.</summary>
    /// <param name="nowMs">Milliseconds of the wheel.</param>
    /// <param name="untoldBefore">When true, how many were only counted since the last that was told.</param>
    internal bool TryTell(long nowMs, out long untoldBefore)
    {
        long next = Volatile.Read(ref nextMs);
        if (nowMs >= next && Interlocked.CompareExchange(ref nextMs, nowMs + IntervalMs, next) == next)
        {
            untoldBefore = Interlocked.Exchange(ref untold, 0);
            return true;
        }

        Interlocked.Increment(ref untold);
        untoldBefore = 0;
        return false;
    }
}
