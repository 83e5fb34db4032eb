using System;
using System.Runtime.InteropServices;

namespace NetworkProtocol.Fast.Memory;

/// <summary>Limits that the system sets for this process (getrlimit(2)). Linux and macOS; any thread.</summary>
internal static partial class SystemLimits
{
    private const int DescriptorsLinux = 7; // RLIMIT_NOFILE
    private const int DescriptorsMac = 8; // RLIMIT_NOFILE

    // macOS names no limit as its hard one and refuses more than OPEN_MAX.
    private const ulong MacMax = 10_240;

    /// <summary>Raises the soft limit of open descriptors to the hard one, which every process may do for itself. The
    /// runtime does so under its virtual machine, not in a native executable (10.0). What the system refuses stays as
    /// it was.</summary>
    internal static void RaiseDescriptors()
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS())
        {
            return;
        }

        int resource = OperatingSystem.IsMacOS() ? DescriptorsMac : DescriptorsLinux;
        Span<ulong> limits = stackalloc ulong[2];
        if (GetLimit(resource, limits) != 0)
        {
            return;
        }

        ulong hard = OperatingSystem.IsMacOS() ? Math.Min(limits[1], MacMax) : limits[1];
        if (limits[0] < hard)
        {
            limits[0] = hard;
            _ = SetLimit(resource, limits);
        }
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetLimit(int resource, Span<ulong> limits);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int SetLimit(int resource, ReadOnlySpan<ulong> limits);
}
