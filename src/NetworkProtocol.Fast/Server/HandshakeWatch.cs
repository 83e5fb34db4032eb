using Microsoft.Extensions.Logging;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Session;

namespace NetworkProtocol.Fast.Server;

/// <summary>Warns when handshakes are refused for want of room, every ten seconds at most: strangers hear nothing, so
/// the log is where it shows.</summary>
internal sealed class HandshakeWatch(ServerSecurity security, TimerWheel wheel, ILogger logger) : WheelTimer
{
    private long refusedByLimits;
    private long refusedByGuard;

    internal void Start() => wheel.Schedule(this, wheel.NowMs + LogPace.IntervalMs);

    internal void Stop()
    {
        wheel.Remove(this);
        Tell();
    }

    /// <inheritdoc/>
    protected internal override long OnTick(long nowMs)
    {
        Tell();
        return nowMs + LogPace.IntervalMs;
    }

    private void Tell()
    {
        HandshakeCounters limits = security.Handshakes;
        ReplayCounters guard = security.Replays;
        long byLimits = limits.RefusedByTotal + limits.RefusedByAddress;
        long byGuard = guard.Full + guard.ShareFull;
        if (byLimits != refusedByLimits || byGuard != refusedByGuard)
        {
            ServerLog.HandshakesRefused(
                logger, byLimits - refusedByLimits + byGuard - refusedByGuard, limits.UnderWay, security.Remembered);
        }

        refusedByLimits = byLimits;
        refusedByGuard = byGuard;
    }
}
