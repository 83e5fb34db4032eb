namespace NetworkProtocol.Fast.Memory;

/// <summary>Sizes of the cache lines that layouts here are made for.</summary>
internal static class CacheLine
{
    /// <summary>Line of x64 and most Arm64 processors.</summary>
    public const int Bytes = 64;

    /// <summary>
    /// Two lines: what the adjacent-line prefetcher of x64 moves at once, and one line of Apple's Arm64.
    /// </summary>
    public const int PairBytes = 128;
}
