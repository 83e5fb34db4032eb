using System;
using System.IO;

namespace NetworkProtocol.Fast.Relay.Tests.Processes;

/// <summary>A folder for sockets and files of one test; its path is short, as socket paths have to be.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("npfast-");

    internal string File(string name) => Path.Combine(folder.FullName, name);

    public void Dispose() => folder.Delete(recursive: true);
}
