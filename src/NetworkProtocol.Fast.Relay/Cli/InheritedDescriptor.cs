using System;
using System.IO;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>Whether whoever started this process gave it a standard descriptor.</summary>
internal static class InheritedDescriptor
{
    // O_CLOEXEC of open(2), as /proc shows it in octal; the same on x64 and arm64.
    private const long CloseOnExec = 0x80000;

    private const string Row = "flags:";

    /// <summary>
    /// False when it was closed at the start (<c>&gt;&amp;-</c> in a shell). By now another file may have its number,
    /// and what is written would go there; but the runtime opens its files so that no exec hands them on, and what came
    /// through one is not of that kind.
    /// </summary>
    /// <returns>True, too, where the system does not say.</returns>
    internal static bool IsOpen(int descriptor)
    {
        if (!OperatingSystem.IsLinux() || !Directory.Exists("/proc/self/fdinfo"))
        {
            return true;
        }

        try
        {
            foreach (string line in File.ReadLines($"/proc/self/fdinfo/{descriptor}"))
            {
                if (line.StartsWith(Row, StringComparison.Ordinal))
                {
                    return (Convert.ToInt64(line[Row.Length..].Trim(), 8) & CloseOnExec) == 0;
                }
            }
        }
        catch (FileNotFoundException)
        {
            return false;
        }

        return true;
    }
}
