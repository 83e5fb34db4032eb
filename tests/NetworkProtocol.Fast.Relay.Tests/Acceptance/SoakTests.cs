using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Relay.Tests.Processes;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Tests.Shared;
using NetworkProtocol.Fast.Transport;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Acceptance;

/// <summary>
/// The main job with real processes: clients in this one, a relay and two upstreams each in one of their
/// own, over TCP and Unix sockets in plain sessions, or over TCP in secure ones. NPFAST_SOAK=full sends a million
/// packets in plain sessions, else a part of them as in secure ones.
/// </summary>
[TestFixture]
[Category("Binary")]
[CancelAfter(900_000)]
internal sealed class SoakTests
{
    private const int Clients = 200;
    private const int Lanes = 4;

    // A lane has one request under way, and a kill costs those under way at that node an Error each: at most one for
    // each lane, a fiftieth of the replies of that phase at its smallest. A relay that went on sending there would cost
    // many times that.
    private const int ErrorsMax = Clients * Lanes;

    private static int PacketsOf(bool secure) =>
        !secure && Environment.GetEnvironmentVariable("NPFAST_SOAK") == "full" ? 1_000_000 : 120_000;

    [TestCase(false)]
    [TestCase(true)]
    public async Task Relay_WithTwoUpstreamsOneOfThemKilledAndRestarted_LosesDoublesAndSwapsNothing(
        bool secure, CancellationToken cancellation)
    {
        int packets = PacketsOf(secure);
        int seed = Environment.TickCount;
        TestContext.Out.WriteLine($"seed {seed}");
        using var folder = new TemporaryFolder();
        string[] session = secure ? ["--state", folder.File("state")] : ["--session", "plain"];
        using NpfastProcess one =
            await NpfastProcess.StartRelayAsync(["--listen", "tcp://127.0.0.1:0", .. session]);
        NpfastProcess two = await NpfastProcess.StartRelayAsync(
            ["--listen", secure ? "tcp://127.0.0.1:0" : "unix://" + folder.File("upstream.sock"), .. session]);
        string second = two.Endpoints[0].ToString();
        using IdentityKey? identity = secure ? IdentityKey.ReadFile(folder.File("state/identity.pem")) : null;
        try
        {
            using NpfastProcess relay = await NpfastProcess.StartRelayAsync(
                ["--listen", "tcp://127.0.0.1:0",
                    "--listen", secure ? "tcp://127.0.0.1:0" : "unix://" + folder.File("relay.sock"),
                    "--upstream", $"up={one.Endpoints[0]},{second}",
                    "--upstream-session", secure ? "up=secure" : "up=plain", "--route", "ECHO=up", .. session]);
            using var runtime = new LinkRuntime(memoryLimitBytes: 1L << 30);
            List<PacketClient> connections = await ConnectAsync(relay.Endpoints, runtime, identity, cancellation);
            SoakClient[] clients = [.. connections.Select((c, id) => new SoakClient(c, id, seed))];

            // The first third in peace, the second with an upstream killed and restarted under it, the last in peace.
            int share = (packets / Clients / Lanes / 3) + 1;
            var clock = Stopwatch.StartNew();
            await RunAsync(clients, share, cancellation);
            Assert.That(clients.Sum(static c => c.Errors), Is.Zero, "errors before anything was killed");

            Task disturbed = RunAsync(clients, share, cancellation);
            await Eventually.HoldsAsync(() => clients.Sum(static c => c.Replies) > packets / 3 * 105 / 100);
            int connectsBefore = Reconnects(relay.Log, second);
            two.Kill();
            long atKill = clients.Sum(static c => c.Replies);
            await Eventually.HoldsAsync(
                () => clients.Sum(static c => c.Replies) > atKill + (packets / 50) || disturbed.IsCompleted);
            two.Dispose();
            two = await NpfastProcess.StartRelayAsync(["--listen", second, .. session]);
            await disturbed;
            await Eventually.HoldsAsync(() => Reconnects(relay.Log, second) > connectsBefore);
            long errorsWhileDisturbed = clients.Sum(static c => c.Errors);
            Assert.That(errorsWhileDisturbed, Is.LessThanOrEqualTo(ErrorsMax), "errors while an upstream was away");

            await RunAsync(clients, share, cancellation);
            long replies = clients.Sum(static c => c.Replies);
            long errors = clients.Sum(static c => c.Errors);
            TestContext.Out.WriteLine(
                $"{replies} replies, {errors} errors, {clients.Sum(static c => c.Bytes) >> 20} MiB each way, "
                + $"{clock.Elapsed.TotalSeconds:0.0} s, relay at {relay.ResidentBytes >> 20} MiB");
            Assert.That(replies + errors, Is.EqualTo((long)share * 3 * Clients * Lanes), "each request ends once");
            Assert.That(runtime.Counters.LateReplies, Is.Zero, "no reply came twice");
            Assert.That(errors, Is.EqualTo(errorsWhileDisturbed), "no errors after the restart");
            Assert.That(connections.All(static c => !c.Closed.IsCompleted), "no client lost its connection");
            foreach (PacketClient connection in connections)
            {
                await connection.DisposeAsync();
            }

            Assert.That(await relay.StopAsync(), Is.Zero, relay.Log);
        }
        finally
        {
            two.Dispose();
        }
    }

    private static int Reconnects(string log, string node) =>
        log.Split($"connected to {node},", StringSplitOptions.None).Length - 1;

    private static Task RunAsync(SoakClient[] clients, int count, CancellationToken cancellation) =>
        Task.WhenAll(clients.SelectMany(
            c => Enumerable.Range(0, Lanes).Select(lane => c.RunAsync(lane, count, cancellation))));

    private static async Task<List<PacketClient>> ConnectAsync(
        IReadOnlyList<Endpoint> endpoints, LinkRuntime runtime, IdentityKey? identity, CancellationToken cancellation)
    {
        var options = new ClientOptions
        {
            Session = identity is null ? SessionKind.Plain : SessionKind.Secure,
            Secure = identity is null
                ? null
                : new SecureClientOptions { Trust = ServerTrust.Pinned(identity.Fingerprint) },
            RequestTimeout = TimeSpan.FromMinutes(2),
        };
        var clients = new List<PacketClient>();
        for (int i = 0; i < Clients; i++)
        {
            clients.Add(
                await PacketClient.ConnectAsync(endpoints[i % endpoints.Count], runtime, options, cancellation));
        }

        return clients;
    }
}
