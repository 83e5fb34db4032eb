namespace NetworkProtocol.Fast.Link;

/// <summary>How long one side of a link has been refused memory in a row, in milliseconds of the wheel.</summary>
internal struct MemoryWait
{
    // Peers that do not read may hold all memory between them, each within its limits. They have this long to take
    // something before others no longer wait for them.
    private const long LongMs = 1_000;

    // A refusal is followed by another try with the next tick of the wheel; what comes this late is a wait of its own.
    private const long GapMs = 4 * TimerWheel.TickMs;

    private long sinceMs;
    private long lastMs;

    /// <summary>Notes a refusal. True when there was one with every try for a second.</summary>
    internal bool IsLongAt(long nowMs)
    {
        if (nowMs - lastMs > GapMs)
        {
            sinceMs = nowMs;
        }

        lastMs = nowMs;
        return nowMs - sinceMs >= LongMs;
    }
}
