using System;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace NetworkProtocol.Fast.Loading.Loads;

/// <summary>
/// Sleeps for less than a millisecond, which Thread.Sleep cannot. Spinning would take the processor away from what is
/// measured when both share it.
/// </summary>
internal static class Pause
{
    // Also when it is late already: somebody else may need the processor to make room.
    private const long NanosecondsMin = 20_000;
    private const long NanosecondsMax = 1_000_000;

    /// <param name="timestamp">A time of <see cref="Stopwatch"/>; at most a millisecond is slept.</param>
    internal static void Until(long timestamp)
    {
        double left = (timestamp - Stopwatch.GetTimestamp()) * (1e9 / Stopwatch.Frequency);
        var time = new TimeSpec { Nanoseconds = (nint)Math.Clamp(left, NanosecondsMin, NanosecondsMax) };
        _ = NanoSleep(in time, IntPtr.Zero);
    }

    [DllImport("libc", EntryPoint = "nanosleep")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int NanoSleep(in TimeSpec time, IntPtr remaining);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        internal nint Seconds;
        internal nint Nanoseconds;
    }
}
