using System.Collections.Generic;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Cli;

/// <summary>Bad configurations, a part of them, and all that is said about each.</summary>
internal static class BadConfigurationsOfItems
{
    internal static IEnumerable<TestCaseData> Part1()
    {
        yield return new TestCaseData(
            "[[route]]\nmatch = \"a\"\nto = \"echo\"\nclients = \"bob\"\n",
            "x.toml:4:11: route.clients needs the keys that go with the names; name a file with id"
            + "entity.authorized_keys");
        yield return new TestCaseData(
            "[[upstream]]\nname = \"u\"\nnodes = \"unix:///a\"\n[[route]]\nmatch = \"PING\"\nto = \"u\"\n",
            "x.toml:5:9: route 'PING' cannot go to an upstream: every relay answers pings itself, "
            + "remove it");
    }
}
