using System;
using System.IO;
using System.Linq;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Relay.Tests.Processes;
using NetworkProtocol.Fast.Server;
using NetworkProtocol.Fast.Tests.Shared;
using NetworkProtocol.Fast.Transport;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Acceptance;

/// <summary>A relay whose file changes while clients ask without a pause: nothing is lost.</summary>
[TestFixture]
[Category("Binary")]
[Platform(Exclude = "Win")]
[CancelAfter(120_000)]
internal sealed class ReloadTests
{
    private const string ExtraRoute = "[[route]]\nmatch = \"extra\"\nto = \"echo\"\n";

    private LinkRuntime runtime = null!;
    private TemporaryFolder folder = null!;
    private PacketServer[] nodes = null!;

    [SetUp]
    public void SetUp()
    {
        runtime = new LinkRuntime();
        folder = new TemporaryFolder();
        nodes = [NewNode('a'), NewNode('b'), NewNode('c')];
    }

    [TearDown]
    public async Task TearDown()
    {
        foreach (PacketServer node in nodes)
        {
            await node.DisposeAsync();
        }

        folder.Dispose();
        runtime.Dispose();
    }

    private static CancellationToken Cancellation => TestContext.CurrentContext.CancellationToken;

    private string ConfigurationFile => folder.File("npfast.toml");

    [Test]
    public async Task File_ChangedUnderLoad_LosesNoRequestAndNoConnection()
    {
        Write(Configured("ab", 512, "information"));
        string token = folder.File("token");
        await File.WriteAllTextAsync(token, "correct-horse-battery-staple-42\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(token, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        string admin = $"unix://{folder.File("admin.sock")}";
        using NpfastProcess relay = await NpfastProcess.StartRelayAsync(
            "--config", ConfigurationFile, "--admin", admin, "--admin-token-file", token);
        await using PacketClient client =
            await PacketClient.ConnectAsync(relay.Endpoints[0], runtime, Plain.Client, Cancellation);
        await FirstReplyAsync(client);
        await using ReloadUnderLoad load =
            await ReloadUnderLoad.StartAsync(relay.Endpoints[0], 8, runtime, Cancellation);
        await MoreRepliesAsync(load);

        // A route comes by SIGHUP, and goes by the admin listener.
        await ReloadBySignalAsync(relay, Configured("ab", 512, "information") + ExtraRoute);
        using (PacketReply reply = await client.RequestAsync("extra", "x"u8.ToArray()))
        {
            Assert.That(reply.Payload.Span.SequenceEqual("x"u8));
        }

        await MoreRepliesAsync(load);
        Write(Configured("ab", 512, "information"));
        await ReloadByCommandAsync(0, string.Empty, admin, token);
        PacketErrorException? gone = Assert.ThrowsAsync<PacketErrorException>(
            async () => (await client.RequestAsync("extra", default)).Dispose());
        Assert.That(gone!.Code, Is.EqualTo(ErrorCode.NoRoute));

        // One node leaves and another comes.
        long before = nodes[2].ConnectionsAccepted;
        await ReloadBySignalAsync(relay, Configured("bc", 512, "information"));
        await Eventually.HoldsAsync(() => nodes[2].ConnectionsAccepted > before, "the node that came has links");
        await Eventually.HoldsAsync(() => nodes[0].Connections == 0, "the node that left has no link any more");
        await MoreRepliesAsync(load);

        // A limit for new connections and a log level.
        await ReloadBySignalAsync(relay, Configured("bc", 7, "debug"));
        Assert.That(relay.Log, Does.Contain("limits.requests_in_flight is 7, was 512")
            .And.Contain("logging.level is debug, was information"));
        Assert.That(relay.Log, Does.Not.Contain("dbug: "));
        await ScanAsync(relay.Endpoints[0], count: 2);
        await Eventually.HoldsAsync(
            () => relay.Log.Contains("dbug: ", StringComparison.Ordinal), "the level is in force");
        await using (PacketClient limited =
            await PacketClient.ConnectAsync(relay.Endpoints[0], runtime, Plain.Client, Cancellation))
        {
            Task<PacketReply>[] asked =
                [.. Enumerable.Range(0, 50).Select(_ => limited.RequestAsync("orders.new", default).AsTask())];
            Assert.That(limited.RequestsInFlight, Is.LessThanOrEqualTo(7));
            Array.ForEach(await Task.WhenAll(asked), static reply => reply.Dispose());
        }

        // What is wrong is told, and what was in force stays so: the node as well, which the broken file does not name.
        Write(Configured("c", 7, "debug") + "[[route]]\nmatch = \"extra\"\nto = \"nobody\"\n[limits]\n");
        await ReloadByCommandAsync(1, "[limits] is given twice; put its keys into one", admin, token);
        Assert.That(
            relay.Log, Does.Contain("route 'extra' goes to 'nobody', which is no upstream: use one of: orders"));
        await MoreRepliesAsync(load);
        Assert.That(nodes[1].Connections, Is.Not.Zero);

        await load.EndAsync();
        Assert.That(load.Dropped, Is.Zero);
        TestContext.Out.WriteLine($"{load.Replies} replies");
        Assert.That(await relay.StopAsync(), Is.Zero);
    }

    [Test]
    public async Task Upstream_WhoseNewCertificateCannotBeRead_StaysAsItWas()
    {
        Write(Configured("a", 512, "information"));
        using NpfastProcess relay = await NpfastProcess.StartRelayAsync("--config", ConfigurationFile);
        await using PacketClient client =
            await PacketClient.ConnectAsync(relay.Endpoints[0], runtime, Plain.Client, Cancellation);
        await FirstReplyAsync(client);
        Write(Configured("b", 512, "information")
            + "[[upstream]]\nname = \"far\"\nnodes = \"tls://127.0.0.1:1\"\nca = \"/nowhere/ca.pem\"\n");
        relay.Signal("HUP");
        await Eventually.HoldsAsync(
            () => relay.Log.Contains("the one of before stays in force", StringComparison.Ordinal), "it is refused");
        Assert.That(relay.Log, Does.Contain("/nowhere/ca.pem"));
        (await client.RequestAsync("orders.new", default)).Dispose();
        Assert.That(nodes[1].ConnectionsAccepted, Is.Zero);
    }

    // Of connections that open no session the first is told in full, and the others at debug.
    private static async Task ScanAsync(Endpoint endpoint, int count)
    {
        for (int i = 0; i < count; i++)
        {
            using var scan = new TcpClient(endpoint.Host, endpoint.Port);
            await scan.GetStream().WriteAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray(), Cancellation);
            await scan.GetStream().CopyToAsync(Stream.Null, Cancellation);
        }
    }

    // A relay that has just begun may not have reached its upstreams yet.
    private static async Task FirstReplyAsync(PacketClient client)
    {
        while (true)
        {
            try
            {
                (await client.RequestAsync("orders.new", default, cancellationToken: Cancellation)).Dispose();
                return;
            }
            catch (PacketErrorException e) when (e.Code == ErrorCode.NoUpstream)
            {
                await Task.Delay(1, Cancellation);
            }
        }
    }

    private async Task ReloadBySignalAsync(NpfastProcess relay, string toml)
    {
        int before = relay.Log.Split("configuration read again").Length;
        Write(toml);
        relay.Signal("HUP");
        await Eventually.HoldsAsync(
            () => relay.Log.Split("configuration read again").Length > before, "the file is read again");
    }

    private static async Task ReloadByCommandAsync(int expected, string message, string admin, string token)
    {
        (int exitCode, byte[] output, string errors) =
            await NpfastProcess.RunAsync("reload", "--admin", admin, "--token-file", token);
        Assert.That(exitCode, Is.EqualTo(expected), Encoding.UTF8.GetString(output) + errors);
        Assert.That(errors, Does.Contain(message));
    }

    private static async Task MoreRepliesAsync(ReloadUnderLoad load)
    {
        long before = load.Replies;
        await Eventually.HoldsAsync(() => load.HasFailed || load.Replies > before + 2_000, "the load goes on");
        Assert.That(load.HasFailed, Is.False, "a request failed");
    }

    private string Configured(string used, int inFlight, string level)
    {
        var list = new StringBuilder();
        foreach (char node in used)
        {
            list.Append($"\"{nodes[node - 'a'].Endpoints[0]}\", ");
        }

        return $"""
            [server]
            address = "tcp://127.0.0.1:0"
            session = "plain"
            [limits]
            requests_in_flight = {inFlight}
            [logging]
            level = "{level}"
            [[upstream]]
            name = "orders"
            session = "plain"
            nodes = [{list}]
            [[route]]
            match = "orders.*"
            to = "orders"

            """;
    }

    private void Write(string toml) => File.WriteAllText(ConfigurationFile, toml);

    private PacketServer NewNode(char id)
    {
        HandlerTable handlers = new HandlerTable()
            .Map("orders.*", (ref PacketContext c) => c.Reply([(byte)id, .. c.Payload]));
        var node = new PacketServer(new ServerOptions { Listeners = [Plain.Loopback] }, handlers, runtime);
        node.Start();
        return node;
    }
}
