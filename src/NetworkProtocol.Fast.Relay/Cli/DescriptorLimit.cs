using System;
using System.Globalization;
using System.IO;
using NetworkProtocol.Fast.Memory;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>How many descriptors this process may have open.</summary>
internal static class DescriptorLimit
{
    /// <summary>What a process needs besides its connections: listeners, epoll, logs, links to upstreams.</summary>
    internal const int Reserve = 64;

    private const string Row = "Max open files";

    /// <summary>The soft limit; <see cref="long.MaxValue"/> where there is none or the system does not say.</summary>
    internal static long Soft => Read("/proc/self/limits");

    /// <summary>Raises the soft limit to the hard one.</summary>
    internal static void Raise() => SystemLimits.RaiseDescriptors();

    /// <exception cref="CommandFailedException">That many connections do not fit.</exception>
    internal static void Require(long connections)
    {
        long needed = connections + Reserve;
        if (Soft < needed)
        {
            throw new CommandFailedException(
                $"{connections} connections need {needed} descriptors, the limit is {Soft}; raise it (ulimit -n)");
        }
    }

    private static long Read(string path)
    {
        if (!File.Exists(path))
        {
            return long.MaxValue;
        }

        foreach (string line in File.ReadLines(path))
        {
            if (line.StartsWith(Row, StringComparison.Ordinal))
            {
                ReadOnlySpan<char> rest = line.AsSpan(Row.Length).TrimStart();
                int end = rest.IndexOf(' ');
                return long.TryParse(end < 0 ? rest : rest[..end], NumberStyles.None, CultureInfo.InvariantCulture,
                    out long limit)
                    ? limit
                    : long.MaxValue;
            }
        }

        return long.MaxValue;
    }
}
