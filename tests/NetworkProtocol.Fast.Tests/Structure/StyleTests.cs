using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Structure;

/// <summary>What every file under <c>src</c> keeps to, and the width of all C# of the repository.</summary>
[TestFixture]
internal sealed partial class StyleTests
{
    private const int LinesMax = 300;
    private const int ColumnsMax = 120;

    // Fewer files than this mean that the scan looked in the wrong place.
    private const int FilesMin = 15;

    [Test]
    public void File_Length_IsBounded()
    {
        var tooLong = SourceFile.All.Where(static file => file.Lines.Count > LinesMax)
            .Select(static file => $"{file}: {file.Lines.Count} lines");
        Assert.That(tooLong, Is.Empty);
    }

    [TestCase("src")]
    [TestCase("tests")]
    [TestCase("perf")]
    public void File_Lines_AreNoWiderThanTheLimit(string folder)
    {
        string[] built = [$"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}",
            $"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}"];
        string[] files = [.. Directory
            .EnumerateFiles(RepositoryRoot.Combine(folder), "*.cs", SearchOption.AllDirectories)
            .Where(path => !built.Any(path.Contains))];
        Assert.That(files, Has.Length.GreaterThan(FilesMin));
        var wide = files.SelectMany(static path => File.ReadLines(path)
            .Select((line, i) => (Line: line, Number: i + 1))
            .Where(static row => row.Line.Length > ColumnsMax)
            .Select(row => $"{path}:{row.Number} has {row.Line.Length} columns"));
        Assert.That(wide, Is.Empty);
    }

    [Test]
    public void File_TopLevelTypes_AreOneAndOfTheFilesName()
    {
        var broken = new List<string>();
        foreach (SourceFile file in SourceFile.All)
        {
            // A type at the top of a file-scoped namespace is not indented.
            string[] types = [.. file.Code.Select(static line => TopLevelType().Match(line))
                .Where(static match => match.Success).Select(static match => match.Groups["name"].Value)];
            string name = Path.GetFileName(file.Name).Split('.')[0];
            if (types.Length != 1 || types[0] != name)
            {
                broken.Add($"{file} holds {string.Join(", ", types)}");
            }
        }

        Assert.That(broken, Is.Empty);
    }

    [Test]
    public void Comments_NothingIsLeftToDo()
    {
        var left = SourceFile.All.SelectMany(static file => file.Lines.Select((line, i) => (file, line, Number: i + 1)))
            .Where(static found => Unfinished().IsMatch(found.line))
            .Select(static found => $"{found.file}:{found.Number} {found.line.Trim()}");
        Assert.That(left, Is.Empty);
    }

    [Test]
    public void Code_NeverBlocksAThread()
    {
        var blocking = SourceFile.All
            .SelectMany(static file => file.LinesWith(Blocking())
                .Select(line => $"{file}:{line} {file.Lines[line - 1].Trim()}"));
        Assert.That(blocking, Is.Empty);
    }

    [TestCase("Thread.Sleep(1);", true)]
    [TestCase("int n = task.Result;", true)]
    [TestCase("task.Wait();", true)]
    [TestCase("request.Result = value;", true)]
    [TestCase("await WaitAsync();", false)]
    [TestCase("TransportResult result = Result(error, bytes);", false)]
    public void Scan_BlockingCalls_AreSeen(string line, bool blocks) =>
        Assert.That(Blocking().IsMatch(line), Is.EqualTo(blocks));

    [GeneratedRegex(@"^(?:(?:public|internal|sealed|static|abstract|readonly|ref|unsafe|partial)\s+)*"
        + @"(?:class|struct|interface|enum|record(?:\s+struct)?|delegate\s+\S+)\s+(?<name>\w+)")]
    private static partial Regex TopLevelType();

    [GeneratedRegex(@"\b(?:TODO|FIXME|HACK|XXX)\b")]
    private static partial Regex Unfinished();

    [GeneratedRegex(@"\bThread\.Sleep\b|\.Result\b(?!\s*\()|\.Wait\(")]
    private static partial Regex Blocking();
}
