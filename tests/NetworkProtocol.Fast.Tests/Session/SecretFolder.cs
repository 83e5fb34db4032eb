using System;
using System.Diagnostics;
using System.IO;
using System.Runtime.Versioning;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Session;

/// <summary>A folder for the key files of one test.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed class SecretFolder : IDisposable
{
    internal const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("npfast-");

    internal string Path => folder.FullName;

    internal string File(params ReadOnlySpan<string> parts) => System.IO.Path.Combine([folder.FullName, .. parts]);

    /// <summary>Writes a file that nobody but its owner can read or change.</summary>
    internal string Write(string name, string content, UnixFileMode mode = OwnerOnly)
    {
        string path = File(name);
        System.IO.File.WriteAllText(path, content);
        System.IO.File.SetUnixFileMode(path, mode);
        return path;
    }

    /// <summary>Gives a file or folder to somebody else; the test is skipped where only root could.</summary>
    internal static void GiveAway(string path, uint user)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            Assert.Ignore("only root can give files away");
        }

        using var change = Process.Start("chown", [$"{user}", path]);
        change.WaitForExit();
        Assert.That(change.ExitCode, Is.Zero, $"chown {user} {path}");
    }

    public void Dispose() => folder.Delete(recursive: true);
}
