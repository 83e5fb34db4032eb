using System;

namespace NetworkProtocol.Fast.Configuration;

/// <summary>Whether and how a client connects again after its connection was lost.</summary>
public sealed record ReconnectOptions
{
    /// <summary>Connects again by itself.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Failed attempts in a row after which it gives up; 0 for never.</summary>
    public int AttemptsMax { get; init; }

    /// <summary>Delay before the first attempt; it doubles with every failure, with up to half of it left to
    /// chance.</summary>
    public TimeSpan DelayMin { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest delay between attempts.</summary>
    public TimeSpan DelayMax { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Checks every value.</summary>
    /// <returns>This record.</returns>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    public ReconnectOptions Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(AttemptsMax);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(DelayMin, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(DelayMax, DelayMin);
        return this;
    }

    /// <summary>The delay after a number of failures in a row: exponential, with half of it left to chance, so that
    /// those who lost the same server do not return to it in step.</summary>
    internal static TimeSpan DelayAfter(int failures, TimeSpan min, TimeSpan max)
    {
        double factor = Math.Min(Math.Pow(2, failures), max / min);
#pragma warning disable CA5394 // Jitter needs no secrecy.
        return min * factor * (0.5 + (Random.Shared.NextDouble() / 2));
#pragma warning restore CA5394
    }
}
