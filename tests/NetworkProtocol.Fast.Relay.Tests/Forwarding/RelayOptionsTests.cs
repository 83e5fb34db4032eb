using System;
using System.Linq;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Relay.Forwarding;
using NetworkProtocol.Fast.Tests.Shared;
using NetworkProtocol.Fast.Transport;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Forwarding;

/// <summary>Contradictions between upstreams and routes are refused before anything is opened.</summary>
[TestFixture]
internal sealed class RelayOptionsTests
{
    [TestCase("a a", "", "upstream 'a' is given twice")]
    [TestCase("echo", "", "upstream 'echo' has the name of a local handler")]
    [TestCase("a", "x=b", "route 'x' goes to 'b', which is no upstream")]
    [TestCase("", "x=b", "route 'x' goes to 'b', which is no upstream")]
    [TestCase("a", "x=a x=echo", "route 'x' is given twice")]
    [TestCase("a", "PING=a", "route 'PING' cannot go to an upstream")]
    [TestCase("a", "300-400=a 350-450=echo", "routes '350-450' and '300-400' cross")]
    [TestCase("a", "350-450=a 300-400=echo", "routes '300-400' and '350-450' cross")]
    public void Options_ThatContradict_AreRefusedWithTheReason(string upstreams, string routes, string reason)
    {
        using var runtime = new LinkRuntime();
        ArgumentException? error = Assert.Throws<ArgumentException>(
            () => _ = new RelayNode(Options(upstreams, routes), runtime));
        Assert.That(error!.Message, Does.StartWith(reason));
    }

    [TestCase("a", "x=a x.*=a *=a PING=ping 300=a 300-400=a 310-320=echo 500-600=a")]
    [TestCase("", "")]
    public void Options_ThatAgree_MakeARelay(string upstreams, string routes)
    {
        using var runtime = new LinkRuntime();
        Assert.That(() => new RelayNode(Options(upstreams, routes), runtime), Throws.Nothing);
    }

    private static RelayOptions Options(string upstreams, string routes) => new()
    {
        Server = new ServerOptions { Listeners = [Plain.Loopback] },
        Upstreams = [.. Words(upstreams).Select(static name => new UpstreamOptions
        {
            Name = name,
            Nodes = [Endpoint.Parse("tcp://127.0.0.1:1")],
            Session = SessionKind.Plain,
        })],
        Routes = [.. Words(routes).Select(static route => route.Split('=')).Select(static parts => new RouteOptions
        {
            Match = RouteMatch.Parse(parts[0]),
            Target = parts[1],
        })],
    };

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
