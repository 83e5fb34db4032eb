namespace NetworkProtocol.Fast.Link;

/// <summary>
/// Something with deadlines. It stands in at most one slot of a <see cref="TimerWheel"/>; activity does not touch the
/// wheel, the timer looks at its own clocks when it is called and says when it wants to be called next.
/// </summary>
internal abstract class WheelTimer
{
    /// <summary>Returned by <see cref="OnTick"/> when the timer does not want to be called again.</summary>
    internal const long Never = -1;

    // The four fields below are read and written under the wheel's lock only.
    internal WheelTimer? NextInSlot;
    internal WheelTimer? PreviousInSlot;
    internal long DueMs;
    internal int Slot = TimerWheel.NoSlot;

    /// <summary>Called on a pool thread, never concurrently for one wheel; must not block.</summary>
    /// <returns>The time of the next call in wheel milliseconds, or <see cref="Never"/>.</returns>
    protected internal abstract long OnTick(long nowMs);
}
