using System;
using System.Globalization;
using System.IO;
using System.Linq;
using NetworkProtocol.Fast.Relay.Logging;
using NetworkProtocol.Fast.Relay.Tests.Processes;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Logging;

/// <summary>The log file: bounded, in order, and never the end of the relay.</summary>
[TestFixture]
internal sealed class RotatingFileTests
{
    private TemporaryFolder folder = null!;
    private string path = null!;

    [SetUp]
    public void SetUp()
    {
        folder = new TemporaryFolder();
        path = folder.File("npfast.log");
    }

    [TearDown]
    public void TearDown() => folder.Dispose();

    [TestCase(1, 1)]
    [TestCase(2, 2)]
    [TestCase(4, 4)]
    public void Append_MoreThanFits_KeepsTheLatestFilesWithinTheBound(int filesMax, int expectedFiles)
    {
        const int Bytes = 4096;
        const int Lines = 2000;
        using (RotatingFile file = RotatingFile.Open(path, Bytes, filesMax, new LogLoss()))
        {
            for (int i = 0; i < Lines; i++)
            {
                file.Append(Line(i));
            }
        }

        string[] files = Directory.GetFiles(Path.GetDirectoryName(path)!);
        Assert.That(files, Has.Length.EqualTo(expectedFiles));
        Assert.That(files.Select(static f => new FileInfo(f).Length), Is.All.LessThanOrEqualTo(Bytes));

        // From the oldest to the newest they hold the last lines, none twice, none missing.
        string[] kept = [.. files.OrderByDescending(static f => f, StringComparer.Ordinal)
            .OrderBy(f => f == path).SelectMany(File.ReadAllLines)];
        Assert.That(kept, Has.Length.GreaterThan(10));
        string[] expected = [.. Enumerable.Range(Lines - kept.Length, kept.Length).Select(i => Line(i).TrimEnd())];
        Assert.That(kept, Is.EqualTo(expected));
    }

    [Test]
    public void Open_ExistingFile_IsAppendedTo()
    {
        File.WriteAllText(path, "before\n");
        using (RotatingFile file = RotatingFile.Open(path, 4096, 3, new LogLoss()))
        {
            file.Append("after\n");
        }

        Assert.That(File.ReadAllText(path), Is.EqualTo("before\nafter\n"));
    }

    [Test]
    public void Append_OneLineLongerThanAll_IsWrittenWhole()
    {
        string line = new string('ü', 100_000) + "\n";
        using (RotatingFile file = RotatingFile.Open(path, 4096, 3, new LogLoss()))
        {
            file.Append("first\n");
            file.Append(line);
            file.Append("last\n");
        }

        Assert.That(File.ReadAllText(path), Is.EqualTo("last\n"));
        Assert.That(File.ReadAllText(path + ".1"), Is.EqualTo(line));
        Assert.That(File.ReadAllText(path + ".2"), Is.EqualTo("first\n"));
    }

    [Test]
    public void Append_FileMovedAwayMeanwhile_MakesItAnew()
    {
        using RotatingFile file = RotatingFile.Open(path, 4096, 3, new LogLoss());
        file.Append("one\n");
        file.Flush();
        File.Move(path, path + ".old");
        file.Append("two\n");
        file.Flush();
        Assert.That(File.ReadAllText(path + ".old"), Is.EqualTo("one\n"));
        Assert.That(File.ReadAllText(path), Is.EqualTo("two\n"));
    }

    [Test]
    public void Append_FileReplacedMeanwhile_GoesIntoTheNewOne()
    {
        // What logrotate's create does.
        using RotatingFile file = RotatingFile.Open(path, 4096, 3, new LogLoss());
        file.Append("one\n");
        file.Flush();
        File.Move(path, path + ".old");
        File.WriteAllText(path, string.Empty);
        file.Append("two\n");
        file.Flush();
        Assert.That(File.ReadAllText(path + ".old"), Is.EqualTo("one\n"));
        Assert.That(File.ReadAllText(path), Is.EqualTo("two\n"));
    }

    [Test]
    public void Append_FileCutOffMeanwhile_GoesOnAtItsEnd()
    {
        // What logrotate's copytruncate does.
        using RotatingFile file = RotatingFile.Open(path, 4096, 3, new LogLoss());
        file.Append(new string('1', 4000) + "\n");
        file.Flush();
        using (var cut = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            cut.SetLength(0);
        }

        file.Append(new string('2', 4000) + "\n");
        file.Flush();
        Assert.That(File.ReadAllText(path), Is.EqualTo(new string('2', 4000) + "\n"));
        Assert.That(File.Exists(path + ".1"), Is.False, "there was room again");
    }

    [Test]
    public void Append_FolderGone_CountsWhatIsLostAndTellsLater()
    {
        string inner = folder.File("logs");
        Directory.CreateDirectory(inner);
        string log = Path.Combine(inner, "npfast.log");
        using RotatingFile file = RotatingFile.Open(log, 4096, 3, new LogLoss());
        Directory.Delete(inner, recursive: true);
        for (int i = 0; i < 3; i++)
        {
            file.Append(Line(i));
            file.Flush();
        }

        Directory.CreateDirectory(inner);
        file.Append("back\n");
        file.Flush();
        Assert.That(File.ReadAllText(log),
            Is.EqualTo("3 lines could not be written to this file and are lost\nback\n"));
    }

    [Test]
    public void Open_WhatCannotBeWritten_SaysWhy()
    {
        Assert.That(() => RotatingFile.Open(folder.File("none/x.log"), 4096, 3, new LogLoss()),
            Throws.InstanceOf<IOException>().With.Message.Contains("its folder does not exist; make it"));
        Assert.That(() => RotatingFile.Open(Path.GetDirectoryName(path)!, 4096, 3, new LogLoss()),
            Throws.InstanceOf<IOException>().With.Message.EndsWith("it is a folder"));
    }

    private static string Line(int i) => string.Create(CultureInfo.InvariantCulture, $"line number {i}\n");
}
