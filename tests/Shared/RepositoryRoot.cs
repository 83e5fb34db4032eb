using System;
using System.IO;

namespace NetworkProtocol.Fast.Tests.Shared;

/// <summary>The folder of the solution, found by walking up from the test assembly.</summary>
internal static class RepositoryRoot
{
    private const string Solution = "NetworkProtocol.Fast.sln";

    internal static string Path { get; } = Find();

    internal static string Combine(params ReadOnlySpan<string> parts) => System.IO.Path.Combine([Path, .. parts]);

    internal static string Read(params ReadOnlySpan<string> parts) => File.ReadAllText(Combine(parts));

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, Solution)))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"{Solution} is in no folder above {AppContext.BaseDirectory}");
    }
}
