using System;
using System.Threading;
using NetworkProtocol.Fast.Link;

namespace NetworkProtocol.Fast.Tests.Shared;

/// <summary>A clock that only tests move, and the wheel that goes by it.</summary>
internal sealed class ManualTime : TimeProvider
{
    private long milliseconds;

    internal ManualTime() => Wheel = new TimerWheel(this, manual: true);

    /// <summary>What the wall clock shows at the start.</summary>
    internal static DateTimeOffset Origin { get; } = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    internal TimerWheel Wheel { get; }

    public override long TimestampFrequency => 1_000;

    public override long GetTimestamp() => Volatile.Read(ref milliseconds);

    public override DateTimeOffset GetUtcNow() => Origin.AddMilliseconds(GetTimestamp());

    /// <summary>Moves on tick by tick, as a running wheel would.</summary>
    internal void Advance(double forMs)
    {
        long end = GetTimestamp() + (long)forMs;
        while (GetTimestamp() < end)
        {
            Interlocked.Add(ref milliseconds, Math.Min(TimerWheel.TickMs, end - GetTimestamp()));
            Wheel.Advance();
        }
    }

    /// <summary>Moves on in one step, as after a pause of the process.</summary>
    internal void Jump(long forMs)
    {
        Interlocked.Add(ref milliseconds, forMs);
        Wheel.Advance();
    }
}
