using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Relay.Logging;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Logging;

/// <summary>Levels by category, and their change at run time.</summary>
[TestFixture]
internal sealed partial class LogLevelsTests
{
    private const string Server = "NetworkProtocol.Fast.Server";
    private const string Access = "NetworkProtocol.Fast.Access";

    [TestCase(Server, LogLevel.Information, true)]
    [TestCase(Server, LogLevel.Debug, false)]
    [TestCase(Access, LogLevel.Information, false)]
    [TestCase(Access, LogLevel.Warning, true)]
    [TestCase("NetworkProtocol.Fast.Accessory", LogLevel.Information, true)]
    [TestCase("NetworkProtocol.Fast.Link.Deep", LogLevel.Trace, true)]
    [TestCase("NetworkProtocol.Fast.Link.Deep.Er", LogLevel.Error, false)]
    [TestCase("NetworkProtocol.Fast.Link.Deep.Er", LogLevel.None, false)]
    [TestCase("Microsoft.Hosting", LogLevel.Critical, false)]
    public void Level_ByTheLongestName_Wins(string category, LogLevel level, bool enabled)
    {
        var levels = new LogLevels(new LoggingOptions
        {
            Categories = new Dictionary<string, LogLevel>
            {
                ["ACCESS"] = LogLevel.Warning,
                ["link"] = LogLevel.Trace,
                ["networkprotocol.fast.link.deep.er"] = LogLevel.None,
                ["Microsoft.Hosting"] = LogLevel.None,
            },
        });
        Assert.That(levels.IsEnabled(category, level), Is.EqualTo(enabled));
    }

    [Test]
    public void Change_OfAllAndOfOne_IsInForceAtOnce()
    {
        var levels = new LogLevels(new LoggingOptions());
        Assert.That(levels.IsEnabled(Server, LogLevel.Debug), Is.False);
        levels.Change(null, LogLevel.Debug);
        Assert.That(levels.IsEnabled(Server, LogLevel.Debug), Is.True);
        levels.Change("Server", LogLevel.Error);
        Assert.That(levels.IsEnabled(Server, LogLevel.Warning), Is.False);
        Assert.That(levels.IsEnabled(Access, LogLevel.Debug), Is.True);
        Assert.That(levels.Categories, Is.EqualTo(new Dictionary<string, LogLevel> { [Server] = LogLevel.Error }));
        levels.Change("SERVER", null);
        Assert.That(levels.IsEnabled(Server, LogLevel.Debug), Is.True);
        Assert.That(levels.Categories, Is.Empty);
    }

    [Test]
    public void Change_ToOtherOptions_LeavesWhatTheyDoNotChange()
    {
        var first = new LoggingOptions
        {
            Categories = new Dictionary<string, LogLevel> { ["access"] = LogLevel.Error, ["link"] = LogLevel.Error },
        };
        var levels = new LogLevels(first);
        levels.Change(null, LogLevel.Trace);
        levels.Change("server", LogLevel.Warning);
        levels.Change(first, first with { AppName = "another" });
        Assert.That(levels.Level, Is.EqualTo(LogLevel.Trace), "what was set while it ran stays");
        levels.Change(first, first with
        {
            Categories = new Dictionary<string, LogLevel> { ["access"] = LogLevel.Information },
        });
        Assert.That(levels.Level, Is.EqualTo(LogLevel.Trace));
        Assert.That(levels.IsEnabled(Server, LogLevel.Information), Is.False);
        Assert.That(levels.IsEnabled(Access, LogLevel.Information), Is.True);
        Assert.That(levels.Categories, Has.Count.EqualTo(2), "server and access");
        levels.Change(first, first with { Level = LogLevel.Critical });
        Assert.That(levels.Level, Is.EqualTo(LogLevel.Critical));
    }

    [Test]
    public void Categories_OfTheProgram_CanAllBeNamed()
    {
        string[] written =
        [
            .. Directory.EnumerateFiles(Path.Combine(RepositoryRoot.Path, "src"), "*.cs", SearchOption.AllDirectories)
                .SelectMany(static f => CategoryName().Matches(File.ReadAllText(f)))
                .Select(static m => m.Groups[1].Value).Distinct(),
        ];
        Assert.That(written, Has.Length.EqualTo(8));
        foreach (string name in written)
        {
            Assert.That(LogCategories.Fault(name), Is.Null);
            Assert.That(LogCategories.Fault("NetworkProtocol.Fast." + name), Is.Null);
        }

        Assert.That(LogCategories.Fault("Microsoft.Hosting"), Is.Null, "of others nothing is known");
        Assert.That(LogCategories.Fault("forwading"),
            Is.EqualTo("there is no category 'forwading'; did you mean 'forwarding'?"));
        Assert.That(LogCategories.Fault(new string('a', 257)),
            Is.EqualTo("the name of a category has 1 to 256 characters; this one has 257"));
    }

    [Test]
    public void Options_OutOfRange_AreRefused()
    {
        Assert.That(() => new LoggingOptions { AppName = string.Empty }.Validate(), Throws.ArgumentException);
        Assert.That(() => new LoggingOptions { File = string.Empty }.Validate(), Throws.ArgumentException);
        Assert.That(() => new LoggingOptions { FileBytesMax = 4095 }.Validate(),
            Throws.InstanceOf<System.ArgumentException>());
        Assert.That(() => new LoggingOptions { FilesMax = 0 }.Validate(),
            Throws.InstanceOf<System.ArgumentException>());
        Assert.That(() => new LoggingOptions { Format = (LogFormat)9 }.Validate(), Throws.ArgumentException);
        Assert.That(() => new LoggingOptions { Level = (LogLevel)9 }.Validate(), Throws.ArgumentException);
        Assert.That(
            () => new LoggingOptions { Categories = new Dictionary<string, LogLevel> { [""] = LogLevel.Debug } }
                .Validate(),
            Throws.ArgumentException);
        Assert.That(new LoggingOptions().Validate(), Is.Not.Null);
    }

    [GeneratedRegex(@"(?:CreateLogger\(""NetworkProtocol\.Fast\.|CategoryPrefix \+ ""|"
        + @"Category = ""NetworkProtocol\.Fast\.)(\w+)""")]
    private static partial Regex CategoryName();
}
