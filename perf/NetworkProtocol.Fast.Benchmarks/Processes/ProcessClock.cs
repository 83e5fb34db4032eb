using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Runtime.InteropServices;

namespace NetworkProtocol.Fast.Benchmarks.Processes;

/// <summary>
/// What the kernel counts of a process and of those that it started. The processor clock counts nanoseconds; the one in
/// /proc/PID/stat counts in hundredths of a second, too coarse for a short window.
/// </summary>
internal static class ProcessClock
{
    /// <summary>Processor time, user and system, in seconds, of each process by its id.</summary>
    internal static Dictionary<int, double> CpuSeconds(int pid)
    {
        var clocks = new Dictionary<int, double>();
        foreach (int member in TreeOf(pid))
        {
            // The kernel's number for "the processor clock of all threads of this process".
            int clock = (~member << 3) | 2;
            if (ClockGetTime(clock, out TimeSpec time) == 0)
            {
                clocks[member] = time.Seconds + (time.Nanoseconds / 1e9);
            }
        }

        return clocks;
    }

    /// <summary>What processes used between two looks, in seconds. One that ended meanwhile does not count: it was of
    /// an earlier load, and only said goodbye.</summary>
    internal static double Used(Dictionary<int, double> before, Dictionary<int, double> after)
    {
        double sum = 0;
        foreach ((int pid, double seconds) in after)
        {
            sum += seconds - before.GetValueOrDefault(pid);
        }

        return sum;
    }

    /// <summary>Resident memory in bytes.</summary>
    internal static long ResidentBytes(int pid)
    {
        long sum = 0;
        foreach (int member in TreeOf(pid))
        {
            sum += KibibytesIn(TextOf($"/proc/{member}/status"), "VmRSS:") << 10;
        }

        return sum;
    }

    /// <returns>0 when there is no such row.</returns>
    internal static long KibibytesIn(string status, string row)
    {
        int at = status.IndexOf(row, StringComparison.Ordinal);
        if (at < 0)
        {
            return 0;
        }

        ReadOnlySpan<char> rest = status.AsSpan(at + row.Length).TrimStart();
        int end = rest.IndexOf(' ');
        return long.Parse(end < 0 ? rest : rest[..end], NumberStyles.None, CultureInfo.InvariantCulture);
    }

    private static List<int> TreeOf(int pid)
    {
        var members = new List<int> { pid };
        for (int i = 0; i < members.Count; i++)
        {
            string children = TextOf($"/proc/{members[i]}/task/{members[i]}/children");
            foreach (string child in children.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                members.Add(int.Parse(child, CultureInfo.InvariantCulture));
            }
        }

        return members;
    }

    // A process may end while it is looked at.
    private static string TextOf(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (IOException)
        {
            return string.Empty;
        }
    }

    [DllImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ClockGetTime(int clock, out TimeSpec time);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        internal nint Seconds;
        internal nint Nanoseconds;
    }
}
