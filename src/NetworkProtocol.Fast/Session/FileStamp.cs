using System;
using System.IO;

namespace NetworkProtocol.Fast.Session;

/// <summary>What tells whether a file has changed without reading it: length and time of the last change of the file
/// that a path leads to, through symbolic links. The default stands for a file that cannot be looked at.</summary>
internal readonly record struct FileStamp(DateTime ChangedUtc, long Length)
{
    internal static FileStamp Of(string path)
    {
        try
        {
            // The links are followed by hand: a secret that is mounted changes by where its link leads.
            var file = (FileInfo?)File.ResolveLinkTarget(path, returnFinalTarget: true) ?? new FileInfo(path);
            return file.Exists ? new FileStamp(file.LastWriteTimeUtc, file.Length) : default;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Whoever reads the file reports why.
            return default;
        }
    }
}
