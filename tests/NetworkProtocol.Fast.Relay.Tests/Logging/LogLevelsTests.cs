using System.Collections.Generic;
using Microsoft.Extensions.Logging;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Relay.Logging;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Logging;

/// <summary>Levels by category, and their change at run time.</summary>
[TestFixture]
internal sealed class LogLevelsTests
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
        levels.Set(LogLevel.Warning, new Dictionary<string, LogLevel> { ["access"] = LogLevel.Information });
        Assert.That(levels.IsEnabled(Server, LogLevel.Information), Is.False);
        Assert.That(levels.IsEnabled(Access, LogLevel.Information), Is.True);
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
}
