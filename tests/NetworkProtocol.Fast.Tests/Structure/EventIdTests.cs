using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.RegularExpressions;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Structure;

/// <summary>Log messages of both assemblies: people filter by event id, so each id means one message.</summary>
[TestFixture]
internal sealed partial class EventIdTests
{
    private static readonly (SourceFile File, int Id)[] Events = [.. SourceFile.All
        .SelectMany(static file => Message().Matches(string.Join('\n', file.Lines))
            .Select(match => (file, int.Parse(match.Groups["id"].Value, CultureInfo.InvariantCulture))))];

    [Test]
    public void EventIds_AreUnique()
    {
        Assert.That(Events, Is.Not.Empty, "no message was seen: the scan is broken");
        IEnumerable<string> twice = Events.GroupBy(static e => e.Id).Where(static group => group.Count() > 1)
            .Select(static group => $"{group.Key}: {string.Join(", ", group.Select(static e => e.File))}");
        Assert.That(twice, Is.Empty);
    }

    [Test]
    public void EventIds_OfARoom_ShareTheirHundred()
    {
        IEnumerable<string> mixed = Events.GroupBy(static e => e.Id / 100)
            .Where(static group => group.Select(static e => e.File.Room).Distinct().Count() > 1)
            .Select(static group => $"{group.Key}xx: {string.Join(", ", group.Select(static e => e.File).Distinct())}");
        Assert.That(mixed, Is.Empty);
    }

    [Test]
    public void Logging_GoesThroughGeneratedMessagesOnly()
    {
        int attributes = SourceFile.All.Sum(static file => file.Code.Count(static line => Attribute().IsMatch(line)));
        Assert.That(Events, Has.Length.EqualTo(attributes), "a [LoggerMessage] does not begin with its event id");
        var direct = SourceFile.All
            .SelectMany(static file => file.LinesWith(Direct())
                .Select(line => $"{file}:{line} {file.Lines[line - 1].Trim()}"));
        Assert.That(direct, Is.Empty);
    }

    [GeneratedRegex(@"\[LoggerMessage\(\s*(?:EventId\s*=\s*)?(?<id>\d+)\s*,")]
    private static partial Regex Message();

    [GeneratedRegex(@"\[LoggerMessage\b")]
    private static partial Regex Attribute();

    [GeneratedRegex(@"\.Log(?:Trace|Debug|Information|Warning|Error|Critical)?\(")]
    private static partial Regex Direct();
}
