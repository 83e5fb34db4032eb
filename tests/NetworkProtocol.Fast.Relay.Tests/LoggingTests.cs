using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using Microsoft.Extensions.Logging;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Relay.Cli;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests;

/// <summary>Event ids are what people filter logs by, so each means one thing in both assemblies.</summary>
[TestFixture]
internal sealed class LoggingTests
{
    private const BindingFlags Everything =
        BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic
        | BindingFlags.DeclaredOnly;

    [Test]
    public void EventIds_OfBothAssemblies_AreUnique()
    {
        Assembly[] assemblies = [typeof(LinkRuntime).Assembly, typeof(CliLog).Assembly];
        List<int> ids =
        [
            .. assemblies
                .SelectMany(static a => a.GetTypes())
                .SelectMany(static t => t.GetMethods(Everything))
                .Select(static m => m.GetCustomAttribute<LoggerMessageAttribute>())
                .OfType<LoggerMessageAttribute>()
                .Select(static a => a.EventId),
        ];

        Assert.That(ids, Has.Count.GreaterThan(10));
        Assert.That(ids, Is.Unique);
    }
}
