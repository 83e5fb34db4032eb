using System;
using System.IO;
using System.Linq;
using System.Runtime.Versioning;
using System.Text;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Relay.Tests.Admin;
using NetworkProtocol.Fast.Relay.Tests.Processes;
using NetworkProtocol.Fast.Tests.Shared;
using NetworkProtocol.Fast.Transport;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Cli;

/// <summary>A relay on local transports, and who may use them, as its users run it.</summary>
[TestFixture]
[Category("Binary")]
[CancelAfter(120_000)]
[Platform("Linux")]
[SupportedOSPlatform("linux")]
internal sealed class LocalTransportTests
{
    private const string Nobody = "65534";

    private DirectoryInfo folder = null!;
    private string file = "";

    [SetUp]
    public void SetUp()
    {
        folder = Directory.CreateTempSubdirectory("npfast-");
        file = $"unix://{folder.FullName}/s";
    }

    [TearDown]
    public void TearDown() => folder.Delete(recursive: true);

    [Test]
    public async Task Relay_OnEveryLocalTransport_AnswersSend()
    {
        string[] uris = [file, $"unix://@npfast-{Guid.NewGuid():N}", $"pipe://npfast-{Guid.NewGuid():N}"];
        using NpfastProcess relay =
            await NpfastProcess.StartRelayAsync([.. uris.SelectMany(static uri => new[] { "--listen", uri })]);
        foreach (string uri in uris)
        {
            (int exitCode, byte[] output, string errors) = await NpfastProcess.RunAsync("send", uri, "ECHO", "hello");
            Assert.That(exitCode, Is.Zero, errors);
            Assert.That(Encoding.UTF8.GetString(output), Is.EqualTo("hello"));
        }
    }

    [Test]
    public async Task Relay_UpstreamOnAPipe_IsForwardedTo()
    {
        string pipe = $"pipe://npfast-{Guid.NewGuid():N}";
        using NpfastProcess upstream = await NpfastProcess.StartRelayAsync("--listen", pipe, "--route", "a=echo");
        using NpfastProcess relay =
            await NpfastProcess.StartRelayAsync("--listen", file, "--upstream", $"up={pipe}", "--route", "a=up");
        await Eventually.HoldsAsync(() => relay.Log.Contains("connected to", StringComparison.Ordinal));
        (int exitCode, byte[] output, string errors) = await NpfastProcess.RunAsync("send", file, "a", "over");
        Assert.That(exitCode, Is.Zero, errors);
        Assert.That(Encoding.UTF8.GetString(output), Is.EqualTo("over"));
    }

    [Test]
    public async Task Relay_UserThatIsNotAllowed_IsRefusedAndTheLogSaysWho()
    {
        using NpfastProcess relay = await NpfastProcess.StartRelayAsync(
            "--listen", file, "--socket-mode", "0660", "--allow-user", Nobody,
            "--admin", $"unix://{folder.FullName}/admin");
        Assert.That(File.GetUnixFileMode($"{folder.FullName}/s"), Is.EqualTo(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite));
        (int exitCode, _, string errors) = await NpfastProcess.RunAsync("send", file, "ECHO", "hello");
        Assert.That(exitCode, Is.EqualTo(1), errors);
        RawResponse metrics = await RawHttp.AskAsync(Endpoint.Parse($"unix://{folder.FullName}/admin"), "GET",
            "/metrics", TestContext.CurrentContext.CancellationToken);
        Assert.That(PrometheusReader.Read(metrics.Body)[$"npfast_connections_refused_total{{listener=\"{file}\"}}"],
            Is.EqualTo(1));
        relay.Signal("TERM");
        await relay.ExitAsync();
        Assert.That(relay.Log, Does.Match(@"connection refused: #\d+ unix://\S+ \(pid \d+ uid \d+ gid \d+\) is not "
            + "allowed on this listener"));
    }

    [Test]
    public async Task Relay_OwnUserByName_IsAllowed()
    {
        using NpfastProcess relay = await NpfastProcess.StartRelayAsync(
            "--listen", file, "--allow-user", $"{Nobody},{Environment.UserName}");
        (int exitCode, _, string errors) = await NpfastProcess.RunAsync("send", file, "ECHO", "hello");
        Assert.That(exitCode, Is.Zero, errors);
    }

    [Test]
    public async Task Relay_KilledAndStartedAgain_TakesItsFileBack()
    {
        using (NpfastProcess first = await NpfastProcess.StartRelayAsync("--listen", file))
        {
            first.Signal("KILL");
            await first.ExitAsync();
        }

        Assert.That(Path.Exists($"{folder.FullName}/s"), Is.True, "a killed process cleans nothing up");
        using NpfastProcess second = await NpfastProcess.StartRelayAsync("--listen", file);
        (int exitCode, _, string errors) = await NpfastProcess.RunAsync("send", file, "ECHO", "hello");
        Assert.That(exitCode, Is.Zero, errors);
    }

    [TestCase("--socket-mode 0999", "--socket-mode: '0999' is not a mode; write 0000 to 0777, like 0660")]
    [TestCase("--allow-user no-such-user-1", "'no-such-user-1' is no user of this system; use a name or a number")]
    [TestCase("--socket-owner :no-such-group-1", "'no-such-group-1' is no group of this system")]
    [TestCase("--socket-owner :", "':' names nobody; write USER, USER:GROUP or :GROUP")]
    [TestCase("--socket-mode 0600", "--socket-mode needs a listener on a Unix socket with a file")]
    [TestCase("--allow-group 1 --listen pipe://a", "--allow-group needs a listener on a Unix socket")]
    [TestCase("--socket-owner 1 --listen unix://@a", "--socket-owner needs a listener on a Unix socket with a file")]
    [TestCase("--admin unix://@a", "the admin listener cannot be on unix://@a; use tcp://HOST:PORT or unix:///PATH")]
    public async Task Relay_OptionThatCannotBe_IsAUsageError(string arguments, string message)
    {
        (int exitCode, _, string errors) = await NpfastProcess.RunAsync(["relay", .. arguments.Split(' ')]);
        Assert.That(exitCode, Is.EqualTo(2));
        Assert.That(errors, Does.Contain(message));
    }
}
