using System.Diagnostics;

namespace NetworkProtocol.Fast.Link;

/// <summary>
/// When a request began, in 32 bits of a correlation slot, so that two slots share a cache line: ticks of
/// <see cref="Stopwatch"/> by 1024, on Linux about microseconds. It comes round after 73 minutes; a request that takes
/// longer counts as shorter by that.
/// </summary>
internal static class CorrelationTime
{
    private const int Shift = 10;

    internal static uint Of(long timestamp) => (uint)(timestamp >> Shift);

    /// <summary>Ticks between the two.</summary>
    internal static long ElapsedSince(uint began, long timestamp) => (long)(Of(timestamp) - began) << Shift;
}
