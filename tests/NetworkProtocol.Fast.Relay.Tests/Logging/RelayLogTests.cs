using System;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Relay.Tests.Processes;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Logging;

/// <summary>What the relay writes, in each format, to stderr and to a file.</summary>
[TestFixture]
[Category("Binary")]
[CancelAfter(60_000)]
internal sealed class RelayLogTests
{
    private const string AnyPort = "tcp://127.0.0.1:0";

    [Test]
    public async Task Log_AsJson_IsOneObjectForEachLine()
    {
        using NpfastProcess relay = await NpfastProcess.StartRelayAsync(
            "--listen", AnyPort, "--log-format", "json");
        await relay.StopAsync();
        JsonElement[] lines = [.. relay.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(static line => JsonDocument.Parse(line).RootElement)];
        JsonElement listening = lines.Single(static line => line.GetProperty("EventId").GetInt32() == 600);
        Assert.That(listening.GetProperty("Category").GetString(), Is.EqualTo("NetworkProtocol.Fast.Relay"));
        Assert.That(listening.GetProperty("LogLevel").GetString(), Is.EqualTo("Information"));
        Assert.That(listening.GetProperty("State").GetProperty("Endpoint").GetString(),
            Is.EqualTo(relay.Endpoints[0].ToString()));
        Assert.That(listening.GetProperty("Timestamp").GetDateTime(),
            Is.EqualTo(DateTime.UtcNow).Within(TimeSpan.FromMinutes(5)));
    }

    [Test]
    public async Task Log_ForSystemd_BeginsWithThePriority()
    {
        using NpfastProcess relay = await NpfastProcess.StartRelayAsync(
            "--listen", AnyPort, "--log-format", "systemd");
        await relay.StopAsync();
        Assert.That(relay.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries), Is.All.Match(@"^<[2-7]>"));
    }

    [TestCase("simple")]
    [TestCase("json")]
    public async Task Log_ToAFile_HasTheLinesOfStderr(string format)
    {
        using var folder = new TemporaryFolder();
        string file = folder.File("npfast.log");
        using (NpfastProcess relay = await NpfastProcess.StartRelayAsync(
            "--listen", AnyPort, "--log-format", format, "--log-file", file))
        {
            Assert.That(await relay.StopAsync(), Is.Zero);
            Assert.That(File.ReadAllLines(file).Select(WithoutTime),
                Is.EqualTo(relay.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(WithoutTime)));
        }

        if (!OperatingSystem.IsWindows())
        {
            Assert.That(File.GetUnixFileMode(file) & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite),
                Is.EqualTo(UnixFileMode.None), "addresses of clients are nobody else's business");
        }
    }

    [Test]
    public async Task Relay_LogFileThatCannotBeWritten_SaysSoAndEnds()
    {
        (int exitCode, _, string errors) = await NpfastProcess.RunAsync(
            "relay", "--listen", AnyPort, "--log-file", "/nonexistent/npfast.log");
        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(errors.Trim(), Is.EqualTo(
            "npfast: cannot write log file /nonexistent/npfast.log: its folder does not exist; make it"));
    }

    // Each is formatted by itself, so the times differ by a moment.
    private static string WithoutTime(string line) =>
        System.Text.RegularExpressions.Regex.Replace(line.TrimEnd('\r'), @"\d{4}-\d\d-\d\dT[\d:.]+Z", "TIME");
}
