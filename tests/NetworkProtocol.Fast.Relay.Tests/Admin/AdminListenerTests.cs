using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Net.Sockets;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Relay.Tests.Processes;
using NetworkProtocol.Fast.Server;
using NetworkProtocol.Fast.Tests.Shared;
using NetworkProtocol.Fast.Transport;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Admin;

/// <summary>The admin listener of the real binary: what it shows, to whom, and what may be changed.</summary>
[TestFixture]
[Category("Binary")]
[CancelAfter(120_000)]
internal sealed class AdminListenerTests
{
    private const string DescriptorsMetric = "\nprocess_open_fds ";

    private static readonly string[] OpenPaths =
        ["/", "/status.js", "/plots.js", "/status.css", "/icon.svg", "/healthz", "/readyz"];

    private static CancellationToken Cancellation => TestContext.CurrentContext.CancellationToken;

    [Test]
    public async Task Paths_Known_AreAnsweredWithTheirTypes()
    {
        using AdminRelay relay = await AdminRelay.StartAsync();
        foreach ((string path, string type) in new[]
        {
            ("/", "text/html; charset=utf-8"), ("/status.js", "text/javascript; charset=utf-8"),
            ("/plots.js", "text/javascript; charset=utf-8"), ("/status.css", "text/css; charset=utf-8"),
            ("/icon.svg", "image/svg+xml"), ("/healthz", "text/plain; charset=utf-8"),
            ("/metrics", "text/plain; version=0.0.4; charset=utf-8"), ("/readyz", "application/json; charset=utf-8"),
            ("/api/status", "application/json; charset=utf-8"), ("/api/history", "application/json; charset=utf-8"),
            ("/api/connections?limit=5", "application/json; charset=utf-8"),
            ("/api/log-level", "application/json; charset=utf-8"),
        })
        {
            RawResponse response = await relay.GetAsync(path, Cancellation);
            Assert.That((response.Status, response.Headers["Content-Type"]), Is.EqualTo((200, type)), path);
            RawResponse head = await RawHttp.AskAsync(relay.Endpoint, "HEAD", path, Cancellation);
            Assert.That((head.Status, head.Body), Is.EqualTo((200, string.Empty)), path);
        }

        foreach (string path in new[] { "/x", "/../etc/passwd", "/%2e%2e/token", "/api", "/page/index.html" })
        {
            Assert.That((await relay.GetAsync(path, Cancellation)).Status, Is.EqualTo(404), path);
        }

        foreach (string path in new[] { "/api/drain", "/api/reload" })
        {
            RawResponse response = await relay.GetAsync(path, Cancellation);
            Assert.That((response.Status, response.Headers["Allow"]), Is.EqualTo((405, "POST")), path);
        }

        Assert.That((await relay.PostAsync("/metrics", "", Cancellation)).Status, Is.EqualTo(405));
        Assert.That((await relay.GetAsync("/api/connections?limit=x", Cancellation)).Status, Is.EqualTo(400));
    }

    [Test]
    public async Task Changes_WithoutTheToken_AreRefusedAndTheTokenIsNeverShown()
    {
        using AdminRelay relay = await AdminRelay.StartAsync();
        foreach (string path in new[] { "/api/drain", "/api/reload", "/api/log-level" })
        {
            foreach (string? token in new[] { null, "wrong", AdminRelay.Token + "x", AdminRelay.Token[..^1] })
            {
                RawResponse response = await RawHttp.AskAsync(
                    relay.Endpoint, "POST", path, Cancellation, token, """{"level":"debug"}""");
                Assert.That(response.Status, Is.EqualTo(401), $"{path} {token}");
                Assert.That(response.Headers["WWW-Authenticate"], Does.StartWith("Bearer"));
            }
        }

        RawResponse health = await relay.GetAsync("/healthz", Cancellation);
        Assert.That(health.Status, Is.EqualTo(200), "it lives on");
        Assert.That(relay.Process.Log, Does.Contain("presented a wrong token"));
        await relay.Process.StopAsync();
        Assert.That(relay.Process.Log, Does.Not.Contain(AdminRelay.Token).And.Not.Contain("asked for by"));
        Assert.That(relay.Process.Log.Split("wrong token"), Has.Length.EqualTo(2), "a flood of them is one line");
    }

    [Test]
    public async Task Names_ThatAreNotThisMachines_AreRefused()
    {
        using AdminRelay relay = await AdminRelay.StartAsync();
        foreach (string host in new[] { "evil.example", "localhost.evil.example:80", "127.0.0.1.nip.io" })
        {
            RawResponse response = await RawHttp.AskAsync(
                relay.Endpoint, "GET", "/api/status", Cancellation, host: host);
            Assert.That(response.Status, Is.EqualTo(421), host);
        }

        foreach (string host in new[] { "localhost", "LOCALHOST:1", "127.0.0.1:9", "[::1]:9" })
        {
            RawResponse response = await RawHttp.AskAsync(
                relay.Endpoint, "GET", "/api/status", Cancellation, host: host);
            Assert.That(response.Status, Is.EqualTo(200), host);
        }
    }

    [Test]
    public async Task Remote_WithoutTheToken_SeesHealthAndAnEmptyPageOnly()
    {
        using AdminRelay relay = await AdminRelay.StartAtAsync(
            static _ => "tcp://0.0.0.0:0", "--admin-access", "remote");
        Assert.That(relay.Process.Log, Does.Contain("can be reached from other machines"));
        foreach (string path in OpenPaths)
        {
            Assert.That((await relay.GetAsync(path, Cancellation)).Status, Is.EqualTo(200), path);
        }

        foreach (string path in new[] { "/metrics", "/api/status", "/api/history", "/api/connections" })
        {
            Assert.That((await relay.GetAsync(path, Cancellation)).Status, Is.EqualTo(401), path);
            RawResponse response = await RawHttp.AskAsync(
                relay.Endpoint, "GET", path, Cancellation, AdminRelay.Token, host: "relay.example:9901");
            Assert.That(response.Status, Is.EqualTo(200), path);
        }
    }

    [Test]
    [Platform(Exclude = "Win")]
    public async Task UnixSocket_Serves_AndIsRemovedAtTheEnd()
    {
        using AdminRelay relay = await AdminRelay.StartAtAsync(static f => "unix://" + f.File("admin.sock"));
        Assert.That((await relay.GetAsync("/healthz", Cancellation)).Body, Is.EqualTo("ok\n"));
        (int exitCode, byte[] output, string errors) = await relay.RunAsync("status", "--json");
        Assert.That(exitCode, Is.Zero, errors);
        Assert.That(JsonDocument.Parse(output).RootElement.GetProperty("state").GetString(), Is.EqualTo("ready"));
        await relay.Process.StopAsync();
        Assert.That(File.Exists(relay.Endpoint.Path), Is.False);
    }

    [Test]
    public async Task Ready_FollowsUpstreamsAndDrain()
    {
        var held = new TaskCompletionSource();
        using var runtime = new LinkRuntime();
        var handlers = new HandlerTable().MapAsync("hold", async _ => await held.Task);
        await using var upstream = new PacketServer(Listening("tcp://127.0.0.1:0"), handlers, runtime);
        upstream.Start();
        Endpoint node = upstream.Endpoints[0];
        using AdminRelay relay = await AdminRelay.StartAsync(
            "--upstream", $"up={node}", "--upstream-session", "up=plain", "--route", "hold=up");
        await Eventually.HoldsAsync(() => ReadyNow(relay) == (200, "ready", 2), "both links are live");

        await upstream.StopAsync(TimeSpan.Zero);
        await Eventually.HoldsAsync(() => ReadyNow(relay) == (503, "degraded", 0), "no upstream can be reached");
        await using var again = new PacketServer(Listening(node.ToString()), handlers, runtime);
        again.Start();
        await Eventually.HoldsAsync(() => ReadyNow(relay) == (200, "ready", 2), "it came back");

        await using PacketClient client = await PacketClient.ConnectAsync(
            relay.Process.Endpoints[0], runtime, Plain.Client, Cancellation);
        Task<PacketReply> request = client.RequestAsync("hold", new byte[1], cancellationToken: Cancellation).AsTask();
        await Eventually.HoldsAsync(() => again.Connections == 2 && InFlight(relay) == 1, "the request is under way");
        (int exitCode, byte[] output, string errors) =
            await relay.RunAsync("drain", "--token-file", relay.TokenFile);
        Assert.That(exitCode, Is.Zero, errors);
        Assert.That(System.Text.Encoding.UTF8.GetString(output), Does.StartWith("draining 1 connections"));
        await Eventually.HoldsAsync(() => ReadyNow(relay) == (503, "draining", 2), "a drain can be watched");
        Assert.That((await relay.GetAsync("/healthz", Cancellation)).Status, Is.EqualTo(200));
        held.SetResult();
        using PacketReply reply = await request.WaitAsync(Cancellation);
        Assert.That(await relay.Process.ExitAsync(), Is.Zero, relay.Process.Log);
    }

    [TestCase("--admin tcp://0.0.0.0:0", "--admin: tcp://0.0.0.0:0 can be reached from other machines; "
        + "use a loopback address or a Unix socket, or write --admin-access remote")]
    [TestCase("--admin tcp://0.0.0.0:0 --admin-access remote", "--admin: tcp://0.0.0.0:0 can be reached from other "
        + "machines, so it needs a token; name its file with --admin-token-file, or set NPFAST_ADMIN_TOKEN")]
    [TestCase("--admin-token-file x", "--admin-token-file needs an admin listener; give one with --admin, "
        + "or leave it out")]
    [TestCase("--admin tcp://127.0.0.1:0 --admin-access everybody",
        "--admin-access: 'everybody' is unknown; use local or remote")]
    public async Task Options_ThatContradict_AreAUsageError(string arguments, string message)
    {
        (int exitCode, _, string errors) = await NpfastProcess.RunWithVariablesAsync(
            new Dictionary<string, string?> { ["NPFAST_ADMIN_TOKEN"] = null },
            ["relay", "--listen", "tcp://127.0.0.1:0", .. arguments.Split(' ')]);
        Assert.That((exitCode, errors.Trim()), Is.EqualTo((2, "npfast: " + message)));
    }

    [Test]
    [Platform("Linux")]
    public async Task Descriptors_UsedUpByClients_CostNothingButTheirNumber()
    {
        if (!NpfastProcess.IsNative)
        {
            Assert.Ignore("the runtime that compiles just in time needs descriptors itself, and aborts without; "
                + ".ci/run has this with the native executable");
        }

        const int Spare = 10;
        const int Clients = 40;
        using AdminRelay relay = await AdminRelay.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{relay.Endpoint.Port}") };
        Assert.That(await http.GetStringAsync("/metrics", Cancellation), Does.Contain(DescriptorsMetric));
        int limit = Directory.GetFileSystemEntries($"/proc/{relay.Process.Id}/fd").Length + Spare;
        using Process limiting = Process.Start(
            "prlimit", ["--pid", $"{relay.Process.Id}", $"--nofile={limit}:{limit}"]);
        await limiting.WaitForExitAsync(Cancellation);
        Assert.That(limiting.ExitCode, Is.Zero);

        // Those that cannot be accepted wait in the backlog. The connection that asks is there already.
        TcpClient[] clients = [.. Enumerable.Range(0, Clients).Select(_ => new TcpClient())];
        Endpoint endpoint = relay.Process.Endpoints[0];
        await Task.WhenAll(clients.Select(c => c.ConnectAsync(endpoint.Host, endpoint.Port, Cancellation).AsTask()));
        await Eventually.HoldsAsync(() => !http.GetStringAsync("/metrics", Cancellation).GetAwaiter().GetResult()
            .Contains(DescriptorsMetric, StringComparison.Ordinal), "there is no descriptor left");
        Array.ForEach(clients, static c => c.Dispose());
        await Eventually.HoldsAsync(() => http.GetStringAsync("/metrics", Cancellation).GetAwaiter().GetResult()
            .Contains(DescriptorsMetric, StringComparison.Ordinal), "it is counted again");
        Assert.That(await relay.Process.StopAsync(), Is.Zero, relay.Process.Log);
    }

    private static ServerOptions Listening(string uri) =>
        new() { Listeners = [new ServerListener(Endpoint.Parse(uri)) { Session = SessionKind.Plain }] };

    private static (int Status, string? State, int Live) ReadyNow(AdminRelay relay)
    {
        RawResponse response = relay.GetAsync("/readyz", Cancellation).GetAwaiter().GetResult();
        JsonElement ready = JsonDocument.Parse(response.Body).RootElement;
        Assert.That(ready.GetProperty("ready").GetBoolean(), Is.EqualTo(response.Status == 200));
        return (response.Status, ready.GetProperty("state").GetString(),
            ready.GetProperty("upstreams").GetProperty("up").GetProperty("live").GetInt32());
    }

    private static double InFlight(AdminRelay relay)
    {
        RawResponse response = relay.GetAsync("/api/status", Cancellation).GetAwaiter().GetResult();
        return JsonDocument.Parse(response.Body).RootElement.GetProperty("now").GetProperty("inFlight").GetDouble();
    }
}
