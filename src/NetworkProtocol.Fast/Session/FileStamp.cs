using System;
using System.IO;
using NetworkProtocol.Fast.Memory;

namespace NetworkProtocol.Fast.Session;

/// <summary>
/// What tells whether a file has changed without reading it: which file a path leads to, through symbolic links, its
/// length, and when it was written and changed. The default stands for a file that cannot be looked at.
/// </summary>
/// <param name="WrittenUtc">Programs set it as they like: a copy may have that of the original.</param>
/// <param name="Length">In bytes; all lists of as many keys may have one.</param>
/// <param name="Status">What the system alone writes, where it can be asked.</param>
internal readonly record struct FileStamp(DateTime WrittenUtc, long Length, FileStatus Status)
{
    internal static FileStamp Of(string path)
    {
        try
        {
            // The links are followed by hand: a secret that is mounted changes by where its link leads.
            var file = (FileInfo?)File.ResolveLinkTarget(path, returnFinalTarget: true) ?? new FileInfo(path);
            SystemFiles.TryLook(path, followsLink: true, out FileStatus status);
            return file.Exists ? new FileStamp(file.LastWriteTimeUtc, file.Length, status) : default;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Whoever reads the file reports why.
            return default;
        }
    }
}
