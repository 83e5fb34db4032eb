using System;
using System.IO;

namespace NetworkProtocol.Fast.Benchmarks.Processes;

/// <summary>Finds programs that may be installed or not.</summary>
internal static class Executable
{
    // Servers are often installed where only root's path leads.
    private const string More = ":/usr/local/sbin:/usr/sbin:/sbin";

    /// <returns>Null when it is not installed.</returns>
    internal static string? Find(string name)
    {
        foreach (string folder in (Environment.GetEnvironmentVariable("PATH") + More).Split(':'))
        {
            string path = Path.Combine(folder, name);
            if (folder.Length > 0 && File.Exists(path))
            {
                return path;
            }
        }

        return null;
    }
}
