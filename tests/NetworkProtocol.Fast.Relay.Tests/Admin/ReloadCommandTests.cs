using System;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Certificates;
using NetworkProtocol.Fast.Relay.Tests.Processes;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Admin;

/// <summary>What <c>npfast reload</c> answers, and what the relay shows of it afterwards.</summary>
[TestFixture]
[Category("Binary")]
[Platform(Exclude = "Win")]
[CancelAfter(120_000)]
internal sealed class ReloadCommandTests
{
    private TemporaryFolder folder = null!;

    private static CancellationToken Cancellation => TestContext.CurrentContext.CancellationToken;

    private string ConfigurationFile => folder.File("npfast.toml");

    [SetUp]
    public void SetUp() => folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => folder.Dispose();

    [Test]
    public async Task Reload_ToDeadNodes_AnswersWhenItIsInForce()
    {
        Write("");
        using AdminRelay relay = await AdminRelay.StartAsync("--config", ConfigurationFile);

        // One after the other they would take longer than the command waits.
        Write(string.Concat(Enumerable.Range(0, 20).Select(static i =>
            $"[[upstream]]\nname = \"dead{i}\"\nsession = \"plain\"\nnodes = \"unix:///nowhere/{i}.sock\"\n")));
        string shown = await ReloadAsync(relay);
        Assert.That(shown, Does.StartWith("20 changes are in force").And.Contain("changed: upstream dead7 added"));
        Assert.That((await StatusAsync(relay)).GetProperty("nodes").GetArrayLength(), Is.EqualTo(20));

        // The same for nodes that are replaced.
        Write(string.Concat(Enumerable.Range(0, 20).Select(static i =>
            $"[[upstream]]\nname = \"dead{i}\"\nsession = \"plain\"\nnodes = \"unix:///gone/{i}.sock\"\n")));
        shown = await ReloadAsync(relay);
        Assert.That(shown, Does.Contain("changed: upstream dead7: nodes is unix:///gone/7.sock"));
    }

    [Test]
    public async Task Reload_OfWhatNeedsARestart_SaysSoUntilItIsTakenBack()
    {
        Write("[server]\nbacklog = 512\n");
        using AdminRelay relay = await AdminRelay.StartAsync("--config", ConfigurationFile);
        Write("[server]\nbacklog = 7\n");
        const string Pending = "server.backlog is 7, was 512";
        Assert.That(await ReloadAsync(relay), Is.EqualTo(
            $"no change is in force but what certificate files hold; 1 needs a restart\nneeds a restart: {Pending}"));
        Write("[server]\nbacklog = 7\n[limits]\nrequests_in_flight = 9\n");
        Assert.That(await ReloadAsync(relay), Is.EqualTo("1 change is in force; 1 needs a restart\n"
            + $"changed: limits.requests_in_flight is 9, was 1024\nneeds a restart: {Pending}"));
        Assert.That((await StatusAsync(relay)).GetProperty("needsRestart").EnumerateArray()
            .Select(static e => e.GetString()), Is.EqualTo(new[] { Pending }));
        (_, byte[] status, _) = await relay.RunAsync("status");
        Assert.That(Encoding.UTF8.GetString(status), Does.Contain($"needs a restart: {Pending}"));

        Write("[server]\nbacklog = 512\n[limits]\nrequests_in_flight = 9\n");
        Assert.That(await ReloadAsync(relay), Is.EqualTo("no change is in force but what certificate files hold"));
        Assert.That((await StatusAsync(relay)).GetProperty("needsRestart").GetArrayLength(), Is.Zero);
        Assert.That(relay.Process.Log, Does.Not.Contain("server.backlog is 512"));
    }

    [Test]
    public async Task Reload_OfAFileThatSaysNothingOfLevels_LeavesThoseSetMeanwhile()
    {
        Write("[logging]\nlevel = \"information\"\n");
        using AdminRelay relay = await AdminRelay.StartAsync("--config", ConfigurationFile);
        await relay.RunAsync("log-level", "debug", "--token-file", relay.TokenFile);
        Write("[logging]\nlevel = \"information\"\n[limits]\nrequests_in_flight = 9\n");
        await ReloadAsync(relay);
        Assert.That((await StatusAsync(relay)).GetProperty("logLevel").GetString(), Is.EqualTo("debug"));
        Write("[logging]\nlevel = \"warning\"\n");
        await ReloadAsync(relay);
        Assert.That((await StatusAsync(relay)).GetProperty("logLevel").GetString(), Is.EqualTo("warning"));
    }

    [Test]
    public async Task Reload_WithABadListenerCertificate_ChangesNothing()
    {
        using var files = new TestCertificates();
        CertificateFiles server = files.Issue("server");
        string listener = $"""
            [[listener]]
            address = "tls://127.0.0.1:0"
            certificates = "{server.Certificate}"
            keys = "{server.Key}"

            """;
        Write(listener);
        string token = folder.File("token");
        await File.WriteAllTextAsync(token, AdminRelay.Token + "\n", Cancellation);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(token, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        string admin = $"unix://{folder.File("admin.sock")}";
        using NpfastProcess relay = await NpfastProcess.StartRelayAsync(
            "--config", ConfigurationFile, "--admin", admin, "--admin-token-file", token);
        files.Write("server.pem", "nothing");
        Write(listener + "[[route]]\nmatch = \"extra\"\nto = \"echo\"\n");
        (int exitCode, _, string errors) =
            await NpfastProcess.RunAsync("reload", "--admin", admin, "--token-file", token);
        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(errors, Does.Contain("server.pem").And.Contain("is neither PEM nor PKCS#12"));
        Assert.That(relay.Log, Does.Contain("the one of before stays in force"));
        (_, byte[] status, _) = await NpfastProcess.RunAsync("status", "--admin", admin);
        Assert.That(Encoding.UTF8.GetString(status), Does.Not.Contain("extra"));
    }

    [Test]
    public async Task Signals_InARow_ReadTheFileOnceMoreAndNotForEach()
    {
        Write("");
        using AdminRelay relay = await AdminRelay.StartAsync("--config", ConfigurationFile);

        // It waits for the node, so that the others come meanwhile.
        Write("[[upstream]]\nname = \"dead\"\nsession = \"plain\"\nnodes = \"unix:///nowhere/a.sock\"\n");
        relay.Process.Signal("HUP");
        await Eventually.HoldsAsync(
            () => relay.Process.Log.Contains("/nowhere/a.sock", StringComparison.Ordinal), "it is being connected");
        for (int i = 0; i < 20; i++)
        {
            relay.Process.Signal("HUP");
        }

        Assert.That(await ReloadAsync(relay), Is.EqualTo("no change is in force but what certificate files hold"));
        Assert.That(relay.Process.Log.Split("configuration read again"), Has.Length.InRange(3, 4),
            "the first, one for all that came meanwhile, and at most the command's own");
    }

    private void Write(string toml) => File.WriteAllText(ConfigurationFile, toml);

    private static async Task<string> ReloadAsync(AdminRelay relay)
    {
        (int exitCode, byte[] output, string errors) =
            await relay.RunAsync("reload", "--token-file", relay.TokenFile);
        Assert.That(exitCode, Is.Zero, errors);
        return Encoding.UTF8.GetString(output).Trim();
    }

    private static async Task<JsonElement> StatusAsync(AdminRelay relay) =>
        JsonDocument.Parse((await relay.GetAsync("/api/status", Cancellation)).Body).RootElement;
}
