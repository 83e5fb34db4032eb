using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using NetworkProtocol.Fast.Tests.Shared;

namespace NetworkProtocol.Fast.Tests.Structure;

/// <summary>One C# file under <c>src</c>: where it stands, its lines, and its code without comments and strings.</summary>
internal sealed partial class SourceFile
{
    private const string LibraryNamespace = "NetworkProtocol.Fast";

    // Fewer files than this mean that the scan looked in the wrong place.
    private const int FilesMin = 100;

    private SourceFile(string path)
    {
        string[] parts = Path.GetRelativePath(RepositoryRoot.Combine("src"), path).Split(Path.DirectorySeparatorChar);
        Name = string.Join('/', parts);
        Assembly = parts[0];
        Room = parts.Length > 2 ? parts[1] : string.Empty;
        Lines = File.ReadAllLines(path);
        Code = Lines.Select(static line => Comment().Replace(Literal().Replace(line, "\"\""), string.Empty)).ToArray();
    }

    internal static IReadOnlyList<SourceFile> All { get; } = Scan();

    /// <summary>Path below <c>src</c>, with slashes.</summary>
    internal string Name { get; }

    internal string Assembly { get; }

    /// <summary>The folder within the assembly; empty for a file beside the project file.</summary>
    internal string Room { get; }

    internal IReadOnlyList<string> Lines { get; }

    /// <summary>The lines without comments, and with empty strings in the place of literals.</summary>
    internal IReadOnlyList<string> Code { get; }

    /// <summary>The namespace that the file's place asks for.</summary>
    internal string Namespace => Name[..Name.LastIndexOf('/')].Replace('/', '.');

    /// <summary>Namespace of a room, whichever assembly it is in.</summary>
    internal static string NamespaceOf(string room) => $"{All.First(file => file.Room == room).Assembly}.{room}";

    /// <summary>Numbers (from 1) of the lines whose code matches.</summary>
    internal IEnumerable<int> LinesWith(Regex pattern) =>
        Enumerable.Range(0, Code.Count).Where(i => pattern.IsMatch(Code[i])).Select(static i => i + 1);

    public override string ToString() => Name;

    private static List<SourceFile> Scan()
    {
        string[] built = [$"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}",
            $"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}"];
        List<SourceFile> files = Directory
            .EnumerateFiles(RepositoryRoot.Combine("src"), "*.cs", SearchOption.AllDirectories)
            .Where(path => !built.Any(path.Contains))
            .Order(StringComparer.Ordinal)
            .Select(static path => new SourceFile(path))
            .ToList();
        if (files.Count < FilesMin || !files.Exists(static file => file.Assembly == LibraryNamespace)
            || !files.Exists(static file => file.Assembly == LibraryNamespace + ".Relay"))
        {
            throw new InvalidOperationException($"found only {files.Count} files under src: the scan is broken");
        }

        return files;
    }

    [GeneratedRegex("""
        "(?:\\.|[^"\\])*"
        """)]
    private static partial Regex Literal();

    [GeneratedRegex("//.*$")]
    private static partial Regex Comment();
}
