using System;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Relay.Tests.Processes;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Admin;

/// <summary>The commands that ask a running relay, as people run them.</summary>
[TestFixture]
[Category("Binary")]
[CancelAfter(120_000)]
internal sealed class ControlCommandTests
{
    private AdminRelay relay = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => relay = await AdminRelay.StartAsync();

    [OneTimeTearDown]
    public void Stop() => relay.Dispose();

    [Test]
    public async Task Status_ShowsListenersAndRoutes_InWholeLines()
    {
        using var runtime = new LinkRuntime();
        await using PacketClient client = await PacketClient.ConnectAsync(
            relay.Process.Endpoints[0], runtime, Plain.Client, Cancellation);
        using PacketReply reply = await client.RequestAsync("ECHO", new byte[100], cancellationToken: Cancellation);
        string shown = await ShownAsync("status");
        Assert.That(shown, Does.StartWith("npfast 0.").And.Contain(": ready, up ").And.Contain("log level "));
        Assert.That(shown, Does.Match($@"(?m)^\s*{relay.Process.Endpoints[0]}\s+1\s+\d+\s+0\s"));
        Assert.That(shown, Does.Match(@"(?m)^\s*ECHO\s+echo\s+\d+"));
        Assert.That(shown, Does.Not.Contain("\u001b"), "no steering of a terminal into a pipe");

        JsonElement status = JsonDocument.Parse(await ShownAsync("status", "--json")).RootElement;
        Assert.That(status.GetProperty("now").GetProperty("connections").GetInt32(), Is.EqualTo(1));
        Assert.That(status.GetProperty("process").GetProperty("id").GetInt32(), Is.EqualTo(relay.Process.Id));
    }

    [Test]
    public async Task Connections_OfAClientWithAnUglyName_ShowItHarmless()
    {
        using var runtime = new LinkRuntime();
        var options = Plain.Client with
        {
            Link = new Fast.Configuration.LinkOptions { Software = "[red]ugly[/]<script>" },
        };
        await using PacketClient client = await PacketClient.ConnectAsync(
            relay.Process.Endpoints[0], runtime, options, Cancellation);
        using PacketReply reply = await client.RequestAsync("ECHO", new byte[100], cancellationToken: Cancellation);
        string shown = await ShownAsync("connections", "--limit", "10");
        Assert.That(shown, Does.Match(@"anonymous\s+plain\s+open\s+\[red\]ugly\[/\]<script>"));
        JsonElement first = JsonDocument.Parse(await ShownAsync("connections", "--json")).RootElement
            .GetProperty("connections").EnumerateArray().Last();
        Assert.That(first.GetProperty("packetsIn").GetInt64(), Is.EqualTo(2), "hello and request");
        Assert.That(first.GetProperty("packetsOut").GetInt64(), Is.EqualTo(2), "hello and reply");
        Assert.That(first.GetProperty("bytesOut").GetInt64(), Is.GreaterThan(100));
        Assert.That(first.GetProperty("peer").GetString(), Is.EqualTo("anonymous"));
    }

    [Test]
    public async Task Top_IntoAPipe_ShowsOneViewAfterTheOther()
    {
        string shown = await ShownAsync("top", "--count", "3", "--interval", "100ms");
        Assert.That(shown.Split("log level "), Has.Length.EqualTo(4));
        Assert.That(shown.Split("requests/s"), Has.Length.EqualTo(3), "rates from the second look on");
        Assert.That(shown, Does.Not.Contain("\u001b"));
    }

    [Test]
    public async Task LogLevel_ShownAndChanged_IsInForceAtOnce()
    {
        using AdminRelay own = await AdminRelay.StartAsync("--log-category", "access=warning");
        (_, byte[] before, _) = await own.RunAsync("log-level");
        Assert.That(Encoding.UTF8.GetString(before).Trim(), Is.EqualTo(
            $"information{Environment.NewLine}NetworkProtocol.Fast.access warning"));
        using var runtime = new LinkRuntime();
        await ConnectOnceAsync(own, runtime);
        await ChangeAsync(own, "log level of access is information", "information", "--category", "access");
        await ConnectOnceAsync(own, runtime);
        await Eventually.HoldsAsync(
            () => own.Process.Log.Contains("Access[411]", StringComparison.Ordinal), "the line is written now");
        Assert.That(own.Process.Log.Split("Access[411]"), Has.Length.EqualTo(2), "and was not before");
        await ChangeAsync(own, "log level is trace", "trace");
        await ChangeAsync(own, "log level of access is that of all", "inherit", "--category", "access");
        (_, byte[] after, _) = await own.RunAsync("log-level");
        Assert.That(Encoding.UTF8.GetString(after).Trim(), Is.EqualTo("trace"));
    }

    [Test]
    public async Task LogLevel_OfCategoriesThatAreNotThere_IsRefusedOrCounted()
    {
        using AdminRelay own = await AdminRelay.StartAsync();
        (int exitCode, _, string errors) = await own.RunAsync(
            "log-level", "debug", "--category", "fowarding", "--token-file", own.TokenFile);
        Assert.That((exitCode, errors.Trim()), Is.EqualTo((1, "npfast: the relay refuses: there is no category "
            + "'fowarding'; did you mean 'forwarding'?")));
        for (int i = 0; i < 64; i++)
        {
            await ChangeAsync(own, $"log level of Other.C{i} is none", "none", "--category", $"Other.C{i}");
        }

        (exitCode, _, errors) = await own.RunAsync(
            "log-level", "debug", "--category", "Other.C64", "--token-file", own.TokenFile);
        Assert.That((exitCode, errors.Trim()), Is.EqualTo((1, "npfast: the relay refuses: 64 categories have a level "
            + "of their own; take one back first, with inherit")));
    }

    [Test]
    public async Task Reload_WithoutAFile_ReadsCertificatesAsSighupDoes()
    {
        (int exitCode, byte[] output, string errors) =
            await relay.RunAsync("reload", "--token-file", relay.TokenFile);
        Assert.That((exitCode, Encoding.UTF8.GetString(output).Trim()),
            Is.EqualTo((0, "no change is in force but what certificate files hold")), errors);
    }

    [Test]
    public async Task Changes_WithoutWhatTheyNeed_SayWhatToDo()
    {
        await RefusedAsync(1, "the relay refuses: this needs the token; name its file with --token-file, "
            + "or set NPFAST_ADMIN_TOKEN", "drain");
        await RefusedAsync(2, "inherit needs --category, whose own level is to be taken away", "log-level", "inherit");
        await RefusedAsync(2, "--category needs a level; write one before it", "log-level", "--category", "x");
        (int exitCode, _, string errors) = await NpfastProcess.RunAsync("status", "--admin", "tcp://127.0.0.1:1");
        Assert.That((exitCode, errors.Trim()), Is.EqualTo((1, "npfast: no answer from the admin listener at "
            + "tcp://127.0.0.1:1: ConnectionRefused; does the relay run, with --admin?")));
        (exitCode, _, errors) = await NpfastProcess.RunAsync("status");
        Assert.That((exitCode, errors.Trim()), Is.EqualTo((2, "npfast: which relay? name its admin listener with "
            + "--admin or NPFAST_ADMIN, as the relay was given it")));

        // The packet listener is no admin listener.
        (exitCode, _, errors) = await NpfastProcess.RunAsync(
            "status", "--admin", relay.Process.Endpoints[0].ToString());
        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(errors, Does.Contain("is this its address?"));
    }

    private static CancellationToken Cancellation => TestContext.CurrentContext.CancellationToken;

    private static async Task ConnectOnceAsync(AdminRelay to, LinkRuntime runtime)
    {
        await using (await PacketClient.ConnectAsync(
            to.Process.Endpoints[0], runtime, Plain.Client, Cancellation))
        {
        }

        // Its end is told when the relay has no connection any more.
        await Eventually.HoldsAsync(() => JsonDocument.Parse(
            to.GetAsync("/api/connections", Cancellation).GetAwaiter().GetResult().Body).RootElement
            .GetProperty("total").GetInt32() == 0);
    }

    private static async Task ChangeAsync(AdminRelay of, string expected, params string[] arguments)
    {
        (int exitCode, byte[] output, string errors) =
            await of.RunAsync(["log-level", .. arguments, "--token-file", of.TokenFile]);
        Assert.That((exitCode, Encoding.UTF8.GetString(output).Trim()), Is.EqualTo((0, expected)), errors);
    }

    private async Task<string> ShownAsync(params string[] arguments)
    {
        (int exitCode, byte[] output, string errors) = await relay.RunAsync(arguments);
        Assert.That(exitCode, Is.Zero, errors);
        return Encoding.UTF8.GetString(output);
    }

    private async Task RefusedAsync(int expectedCode, string message, params string[] arguments)
    {
        (int exitCode, _, string errors) = await relay.RunAsync(arguments);
        Assert.That((exitCode, errors.Trim()), Is.EqualTo((expectedCode, "npfast: " + message)));
    }
}
