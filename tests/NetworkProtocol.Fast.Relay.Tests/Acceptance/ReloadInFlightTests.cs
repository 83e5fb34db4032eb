using System;
using System.Collections.Concurrent;
using System.IO;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Relay.Tests.Processes;
using NetworkProtocol.Fast.Server;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Acceptance;

/// <summary>Nodes that take their time: what they were asked is under way when a reload takes them out.</summary>
[TestFixture]
[Category("Binary")]
[Platform(Exclude = "Win")]
[CancelAfter(120_000)]
internal sealed partial class ReloadInFlightTests
{
    // As long as real work may take; the hold makes sure of requests in flight whatever the machine does.
    private static readonly TimeSpan Work = TimeSpan.FromMilliseconds(200);

    private readonly ConcurrentDictionary<char, int> underWay = new();
    private LinkRuntime runtime = null!;
    private TemporaryFolder folder = null!;
    private PacketServer[] nodes = null!;
    private TaskCompletionSource hold = null!;

    private static CancellationToken Cancellation => TestContext.CurrentContext.CancellationToken;

    [SetUp]
    public void SetUp()
    {
        runtime = new LinkRuntime();
        folder = new TemporaryFolder();
        underWay.Clear();
        hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        hold.SetResult();
        nodes = [NewNode('a'), NewNode('b'), NewNode('c')];
    }

    [TearDown]
    public async Task TearDown()
    {
        hold.TrySetResult();
        foreach (PacketServer node in nodes)
        {
            await node.DisposeAsync();
        }

        folder.Dispose();
        runtime.Dispose();
    }

    [TestCase("plain")]
    [TestCase("secure")]
    public async Task NodesAndRoutes_ThatChangeUnderRequestsInFlight_LoseNone(string session)
    {
        Write(session, orders: 'a', to: "orders");
        using NpfastProcess relay = await NpfastProcess.StartRelayAsync("--config", folder.File("npfast.toml"));
        await Eventually.HoldsAsync(() => nodes[0].Connections > 0 && nodes[1].Connections > 0);
        await using ReloadUnderLoad load = await ReloadUnderLoad.StartAsync(
            relay.Endpoints[0], 8, runtime, Cancellation, ClientOf(session, relay));
        await MoreRepliesAsync(load);

        // The node is replaced while it works.
        await HoldAsync('a');
        await ReloadAsync(relay, session, orders: 'c', to: "orders");
        Assert.That(UnderWay('a'), Is.GreaterThan(0));
        Assert.That(nodes[0].Connections, Is.GreaterThan(0), "it leaves with what it was asked");
        hold.SetResult();
        await Eventually.HoldsAsync(() => nodes[0].Connections == 0, "it has answered and left");
        await MoreRepliesAsync(load);
        Assert.That(UnderWay('c'), Is.GreaterThan(0));

        // The route moves to another upstream, whose node was idle, and then the first upstream goes.
        await HoldAsync('c');
        await ReloadAsync(relay, session, orders: 'c', to: "stock");
        Assert.That(UnderWay('c'), Is.GreaterThan(0));
        hold.SetResult();
        await Eventually.HoldsAsync(() => UnderWay('c') == 0 && UnderWay('b') > 0, "it has moved");
        Assert.That(nodes[2].Connections, Is.GreaterThan(0), "the upstream is still there");
        await MoreRepliesAsync(load);
        await ReloadAsync(relay, session, orders: null, to: "stock");
        await Eventually.HoldsAsync(() => nodes[2].Connections == 0);
        await MoreRepliesAsync(load);
        await load.EndAsync();
        Assert.That(load.Dropped, Is.Zero);
        Assert.That(await relay.StopAsync(), Is.Zero);
    }

    private static ClientOptions ClientOf(string session, NpfastProcess relay) => session == "plain"
        ? Plain.Client
        : new ClientOptions
        {
            Secure = new SecureClientOptions
            {
                Trust = ServerTrust.Pinned(KeyFingerprint.Parse(Identity().Match(relay.Log).Groups[1].Value)),
            },
        };

    private static async Task MoreRepliesAsync(ReloadUnderLoad load)
    {
        long before = load.Replies;
        await Eventually.HoldsAsync(() => load.HasFailed || load.Replies > before + 200, "the load goes on");
        Assert.That(load.HasFailed, Is.False, "a request failed");
    }

    private int UnderWay(char node) => underWay.TryGetValue(node, out int count) ? count : 0;

    private async Task HoldAsync(char node)
    {
        hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await Eventually.HoldsAsync(() => UnderWay(node) >= 8, "requests are in flight");
    }

    private async Task ReloadAsync(NpfastProcess relay, string session, char? orders, string to)
    {
        int before = relay.Log.Split("configuration read again").Length;
        Write(session, orders, to);
        relay.Signal("HUP");
        await Eventually.HoldsAsync(
            () => relay.Log.Split("configuration read again").Length > before, "the file is read again");
    }

    private void Write(string session, char? orders, string to) => File.WriteAllText(folder.File("npfast.toml"), $"""
        [server]
        address = "tcp://127.0.0.1:0"
        session = "{session}"
        {(orders is { } node ? UpstreamOf("orders", node) : string.Empty)}
        {UpstreamOf("stock", 'b')}
        [[route]]
        match = "orders.*"
        to = "{to}"
        """);

    private string UpstreamOf(string name, char node) => $"""
        [[upstream]]
        name = "{name}"
        session = "plain"
        nodes = ["{nodes[node - 'a'].Endpoints[0]}"]
        """;

    private PacketServer NewNode(char id)
    {
        HandlerTable handlers = new HandlerTable().MapAsync("orders.*", async request =>
        {
            underWay.AddOrUpdate(id, 1, static (_, count) => count + 1);
            await Task.Delay(Work);
            await hold.Task;
            request.Reply([(byte)id, .. request.Payload.Span]);
            underWay.AddOrUpdate(id, 0, static (_, count) => count - 1);
        });
        var node = new PacketServer(new ServerOptions { Listeners = [Plain.Loopback] }, handlers, runtime);
        node.Start();
        return node;
    }

    [GeneratedRegex(@" identity (sha256:\S+)", RegexOptions.Multiline)]
    private static partial Regex Identity();
}
