using System;

namespace NetworkProtocol.Fast.Tests.Session;

/// <summary>
/// A wall clock and a monotonic one that only tests move, together or, as when a clock is set, apart.
/// </summary>
internal sealed class WallTime : TimeProvider
{
    private long elapsedMs = 5_000_000;

    internal long NowMs { get; private set; } = 1_800_000_000_000;

    public override long TimestampFrequency => 10_000_000;

    public override long GetTimestamp() => elapsedMs * 10_000;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(NowMs);

    /// <summary>Time passes.</summary>
    internal void Advance(long forMs)
    {
        elapsedMs += forMs;
        NowMs += forMs;
    }

    /// <summary>Somebody sets the wall clock; no time passes.</summary>
    internal void Set(long byMs) => NowMs += byMs;
}
