using System;

namespace NetworkProtocol.Fast.Session;

/// <summary>Which first messages of a handshake a server takes for fresh, and how many of them it remembers.</summary>
public sealed record ReplayOptions
{
    /// <summary>The fewest handshakes that a cache can be made for.</summary>
    public const int CapacityMin = 16;

    /// <summary>The most: the cache then has 52 MiB.</summary>
    public const int CapacityMax = 1 << 20;

    /// <summary>The longest window. Beyond it a clock is not a little wrong, but not set.</summary>
    public static readonly TimeSpan WindowMax = TimeSpan.FromHours(1);

    /// <summary>How far a client's clock, less the time on the way, may be behind the server's.</summary>
    public TimeSpan Past { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How far a client's clock may be ahead. Less than <see cref="Past"/>, since nothing on the way makes
    /// a message early.</summary>
    public TimeSpan Ahead { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Handshakes that are remembered at a time. Each counts while it could be accepted again, 35 s by default,
    /// so the default carries 3,700 a second without end, more than two processors can compute (about 0.5 ms
    /// for each). Takes 52 bytes for each from the start, 6.5 MiB by default.
    /// </summary>
    public int Capacity { get; init; } = 1 << 17;

    /// <summary>Checks every value.</summary>
    /// <returns>This record.</returns>
    /// <exception cref="ArgumentException">A value is out of range; the message says which and what is
    /// allowed.</exception>
    public ReplayOptions Validate()
    {
        Check(Past >= TimeSpan.FromSeconds(1) && Past <= WindowMax, nameof(Past), "1 s to 1 h");
        Check(Ahead >= TimeSpan.Zero && Ahead <= WindowMax, nameof(Ahead), "0 to 1 h");
        Check(Capacity is >= CapacityMin and <= CapacityMax, nameof(Capacity), "16 to 1048576");
        return this;
    }

    private static void Check(bool holds, string name, string allowed)
    {
        if (!holds)
        {
            throw new ArgumentException($"{name} is out of range: allowed is {allowed}", name);
        }
    }
}
