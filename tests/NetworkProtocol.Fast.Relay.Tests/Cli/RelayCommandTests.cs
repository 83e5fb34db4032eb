using System;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Relay.Tests.Processes;
using NetworkProtocol.Fast.Server;
using NetworkProtocol.Fast.Transport;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Cli;

/// <summary>The relay as its users run it: started, told to stop, refused.</summary>
[TestFixture]
[Category("Binary")]
[CancelAfter(120_000)]
internal sealed class RelayCommandTests
{
    private const string AnyPort = "tcp://127.0.0.1:0";

    [TestCase("INT")]
    [TestCase("TERM")]
    public async Task Relay_Signalled_DrainsAndExitsClean(string signal)
    {
        using NpfastProcess relay = await NpfastProcess.StartRelayAsync("--listen", AnyPort);

        relay.Signal(signal);

        Assert.That(await relay.ExitAsync(), Is.Zero, relay.Log);
        Assert.That(relay.Log, Does.Contain("stopped"));
    }

    [TestCase("INT", "TERM", false)]
    [TestCase("TERM", "TERM", true)]
    [TestCase("INT", "INT", true)]
    public async Task Relay_SignalledTwice_ExitsAtOnce(
        string first, string second, bool isDraining, CancellationToken cancellation)
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var never = new TaskCompletionSource();
        var handlers = new HandlerTable().MapAsync("hold", async _ =>
        {
            entered.TrySetResult();
            await never.Task;
        });
        using var runtime = new LinkRuntime();
        await using var upstream = new PacketServer(
            new ServerOptions { Listeners = [Plain.Loopback] },
            handlers, runtime);
        upstream.Start();
        using NpfastProcess relay = await NpfastProcess.StartRelayAsync(
            "--listen", AnyPort, "--session", "plain",
            "--upstream", $"up={upstream.Endpoints[0]}", "--upstream-session", "up=plain", "--route", "hold=up",
            "--shutdown-timeout", "1h");
        await using PacketClient client = await PacketClient.ConnectAsync(
            relay.Endpoints[0], runtime, Plain.Client, cancellation);
        Task held = HoldAsync(client, entered.Task, cancellation);
        await entered.Task.WaitAsync(cancellation);

        // Two signals of one kind may reach a process as one, unless it has answered the first.
        relay.Signal(first);
        if (isDraining)
        {
            await Eventually.HoldsAsync(
                () => relay.Log.Contains("draining 1 connections", StringComparison.Ordinal));
        }

        relay.Signal(second);

        Assert.That(await relay.ExitAsync(), Is.EqualTo(1), relay.Log);
        Assert.That(async () => await held, Throws.InstanceOf<PacketConnectionException>());
        never.SetResult();
    }

    [Test]
    public async Task Relay_PortTaken_SaysSoAndFails()
    {
        using NpfastProcess first = await NpfastProcess.StartRelayAsync("--listen", AnyPort);
        Endpoint taken = first.Endpoints[0];

        (int exitCode, byte[] output, string errors) =
            await NpfastProcess.RunAsync("relay", "--listen", taken.ToString());

        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(output, Is.Empty);
        Assert.That(errors.TrimEnd(), Is.EqualTo(
            $"npfast: cannot listen on {taken}: the port is taken by another socket; "
            + "stop its process or choose another port"));
    }

    [Test]
    public async Task Relay_AdminPortTaken_FailsBeforeItListensForClients()
    {
        using NpfastProcess first = await NpfastProcess.StartRelayAsync("--listen", AnyPort, "--listen", AnyPort);
        (Endpoint taken, Endpoint alsoTaken) = (first.Endpoints[0], first.Endpoints[1]);

        // Both are taken: the one that is tried first is told.
        (int exitCode, byte[] output, string errors) = await NpfastProcess.RunAsync(
            "relay", "--listen", alsoTaken.ToString(), "--admin", taken.ToString());

        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(output, Is.Empty);
        Assert.That(errors.TrimEnd(), Is.EqualTo(
            $"npfast: cannot listen on {taken}: the port is taken by another socket; "
            + "stop its process or choose another port"));
    }

    [Test]
    public async Task Relay_SocketPathTaken_SaysSoAndFails()
    {
        using var folder = new TemporaryFolder();
        string uri = "unix://" + folder.File("s");
        using NpfastProcess first = await NpfastProcess.StartRelayAsync("--listen", uri);

        (int exitCode, _, string errors) = await NpfastProcess.RunAsync("relay", "--listen", uri);

        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(errors.TrimEnd(), Is.EqualTo($"npfast: cannot listen on {uri}: another process listens there; "
            + "stop it or choose another path"));
    }

    [Test]
    public async Task Relay_PlainOnTcp_WarnsOnceForListenersAndOnceForEachUpstream()
    {
        using NpfastProcess plain = await NpfastProcess.StartRelayAsync(
            "--listen", AnyPort, "--listen", AnyPort, "--session", "plain",
            "--upstream", "up=tcp://127.0.0.1:1,tcp://127.0.0.1:2", "--upstream-session", "up=plain");
        using NpfastProcess secure = await NpfastProcess.StartRelayAsync(
            "--listen", AnyPort, "--upstream", "up=tcp://127.0.0.1:1");
        await plain.StopAsync();
        await secure.StopAsync();

        Assert.That(plain.Log.Split("sessions on tcp://127.0.0.1:"), Has.Length.EqualTo(2), plain.Log);
        Assert.That(plain.Log.Split("sessions with upstream up at tcp://127.0.0.1:1 are plain"),
            Has.Length.EqualTo(2), plain.Log);
        Assert.That(plain.Log, Does.Not.Contain("identity"));
        Assert.That(secure.Log, Does.Not.Contain("plain"));
    }

    [Test]
    public async Task Relay_UnixSocketAndUpstream_ForwardsBetweenProcesses(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        string back = "unix://" + folder.File("up.sock");
        string front = "unix://" + folder.File("relay.sock");
        using NpfastProcess upstream = await NpfastProcess.StartRelayAsync("--listen", back, "--route", "up.*=echo");
        using NpfastProcess relay = await NpfastProcess.StartRelayAsync(
            "--listen", front, "--upstream", "up=" + back, "--route", "up.*=up");
        using var runtime = new LinkRuntime();
        await using PacketClient client = await PacketClient.ConnectAsync(
            Endpoint.Parse(front), runtime, Plain.Client, cancellation);

        using PacketReply reply =
            await RequestUntilUpstreamAsync(client, "up.echo", "through"u8.ToArray(), cancellation);

        Assert.That(Encoding.UTF8.GetString(reply.Payload.Span), Is.EqualTo("through"));
    }

    private static async Task HoldAsync(PacketClient client, Task entered, CancellationToken cancellation)
    {
        do
        {
            (await RequestUntilUpstreamAsync(client, "hold", [], cancellation)).Dispose();
        }
        while (!entered.IsCompleted);
    }

    // The relay connects to its upstream in the background, and says NoUpstream until it has.
    private static async Task<PacketReply> RequestUntilUpstreamAsync(
        PacketClient client, string name, byte[] payload, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return await client.RequestAsync(name, payload, TimeSpan.FromHours(1), cancellation);
            }
            catch (PacketErrorException e) when (e.Code == Packets.ErrorCode.NoUpstream)
            {
                await Task.Yield();
            }
        }
    }
}
