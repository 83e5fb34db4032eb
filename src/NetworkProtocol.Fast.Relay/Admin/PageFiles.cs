using System;
using System.Collections.Frozen;
using System.Collections.Generic;
using System.IO;

namespace NetworkProtocol.Fast.Relay.Admin;

/// <summary>The status page: files in the executable, nothing from elsewhere.</summary>
internal static class PageFiles
{
    private static readonly FrozenDictionary<string, string> TypesByPath = new Dictionary<string, string>
    {
        ["/"] = "text/html; charset=utf-8",
        ["/status.css"] = "text/css; charset=utf-8",
        ["/status.js"] = "text/javascript; charset=utf-8",
        ["/plots.js"] = "text/javascript; charset=utf-8",
        ["/icon.svg"] = "image/svg+xml",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    internal static IEnumerable<string> Paths => TypesByPath.Keys;

    /// <summary>The file of a path.</summary>
    internal static bool TryFind(string path, out string contentType, out byte[] content)
    {
        content = [];
        if (!TypesByPath.TryGetValue(path, out contentType!))
        {
            return false;
        }

        string name = path == "/" ? "index.html" : path[1..];
        using Stream stream = typeof(PageFiles).Assembly.GetManifestResourceStream("page/" + name)!;
        content = new byte[stream.Length];
        stream.ReadExactly(content);
        return true;
    }
}
