using System;

namespace NetworkProtocol.Fast.Session;

/// <summary>How many handshakes may be under way at a time.</summary>
public sealed record HandshakeLimitOptions
{
    /// <summary>The highest limit in total.</summary>
    public const int UnderWayLimit = 1 << 16;

    /// <summary>
    /// Handshakes under way in total. Each takes about 0.5 ms of arithmetic, or 0.8 ms if the client proves a key, and
    /// half of the processors do it, so on two of them the last of 1,024 waits for some 0.5 to 0.8 s, well within the
    /// handshake timeout; more would only wait longer.
    /// </summary>
    public int UnderWayMax { get; init; } = 1024;

    /// <summary>
    /// Handshakes under way from one IPv4 address or IPv6 /64. A client opens a few connections at a time, and many
    /// clients may share an address behind a NAT; still, sixteen addresses have to agree to take all places.
    /// </summary>
    public int PerAddressMax { get; init; } = 64;

    /// <summary>Checks every value.</summary>
    /// <returns>This record.</returns>
    /// <exception cref="ArgumentException">A value is out of range; the message says which and what is
    /// allowed.</exception>
    public HandshakeLimitOptions Validate()
    {
        Check(UnderWayMax is >= 1 and <= UnderWayLimit, nameof(UnderWayMax), "1 to 65536");
        Check(PerAddressMax is >= 1 and <= UnderWayLimit, nameof(PerAddressMax), "1 to 65536");
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
