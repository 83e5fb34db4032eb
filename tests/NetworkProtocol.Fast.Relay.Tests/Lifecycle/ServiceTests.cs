using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Relay.Lifecycle;
using NetworkProtocol.Fast.Relay.Tests.Processes;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Lifecycle;

/// <summary>The real relay tells a service manager how it does.</summary>
[TestFixture]
[Category("Binary")]
[Platform(Include = "Linux")]
[CancelAfter(120_000)]
internal sealed class ServiceTests
{
    private const string AnyPort = "tcp://127.0.0.1:0";

    [TestCase(true)]
    [TestCase(false)]
    public async Task Relay_UnderAServiceManager_TellsReadyReloadingAndStopping(
        bool isAbstract, CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        string address = isAbstract ? $"@npfast-{Guid.NewGuid():N}" : folder.File("notify");
        using var manager = new NotifySocket(address);
        using NpfastProcess relay = await NpfastProcess.StartRelayWithVariablesAsync(
            new Dictionary<string, string?> { ["NOTIFY_SOCKET"] = address },
            "--listen", AnyPort, "--shutdown-timeout", "7s");

        Dictionary<string, string> ready = await manager.NextAsync(cancellation);
        Assert.That(ready["READY"], Is.EqualTo("1"));
        Assert.That(ready["STATUS"], Is.EqualTo($"listening on {relay.Endpoints[0]}"));

        relay.Signal("HUP");
        Dictionary<string, string> reloading = await manager.NextAsync(cancellation);
        Assert.That(reloading["RELOADING"], Is.EqualTo("1"));
        Assert.That(long.Parse(reloading["MONOTONIC_USEC"], CultureInfo.InvariantCulture), Is.Positive);
        Assert.That((await manager.NextAsync(cancellation))["READY"], Is.EqualTo("1"));

        relay.Signal("TERM");
        Dictionary<string, string> stopping = await manager.NextAsync(cancellation);
        Assert.That(stopping["STOPPING"], Is.EqualTo("1"));
        Assert.That(stopping["EXTEND_TIMEOUT_USEC"], Is.EqualTo("12000000"));
        Assert.That(await relay.ExitAsync(), Is.Zero, relay.Log);
    }

    [Test]
    public async Task Relay_WithAWatchdog_SendsSignsOfLife(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        using var manager = new NotifySocket(folder.File("notify"));
        using NpfastProcess relay = await NpfastProcess.StartRelayWithVariablesAsync(
            new Dictionary<string, string?>
            {
                ["NOTIFY_SOCKET"] = folder.File("notify"),
                ["WATCHDOG_USEC"] = "100000",
                ["WATCHDOG_PID"] = null,
            },
            "--listen", AnyPort);

        for (int i = 0; i < 3; i++)
        {
            Assert.That((await manager.NextAsync(cancellation, isLifeAsked: true))["WATCHDOG"], Is.EqualTo("1"));
        }

        Assert.That(await relay.StopAsync(), Is.Zero, relay.Log);
    }

    [Test]
    public async Task Relay_WhoseServiceManagerStopsReading_DrainsAllTheSame(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        using var manager = new NotifySocket(folder.File("notify"));
        using NpfastProcess relay = await NpfastProcess.StartRelayWithVariablesAsync(
            new Dictionary<string, string?>
            {
                ["NOTIFY_SOCKET"] = folder.File("notify"),
                ["WATCHDOG_USEC"] = "10000",
                ["WATCHDOG_PID"] = null,
            },
            "--listen", AnyPort);
        Assert.That((await manager.NextAsync(cancellation))["READY"], Is.EqualTo("1"));
        manager.Fill();
        Assert.That(await relay.StopAsync(), Is.Zero, relay.Log);
    }

    [Test]
    public async Task Relay_WhoseServiceManagerIsGone_RunsAndWarns()
    {
        using var folder = new TemporaryFolder();
        using NpfastProcess relay = await NpfastProcess.StartRelayWithVariablesAsync(
            new Dictionary<string, string?> { ["NOTIFY_SOCKET"] = folder.File("nobody") }, "--listen", AnyPort);

        Assert.That(await relay.StopAsync(), Is.Zero, relay.Log);
        Assert.That(relay.Log, Does.Contain($"the service manager at {folder.File("nobody")} does not hear"));
    }

    [Test]
    public async Task Relay_WithALowSoftLimit_RaisesItAndSaysHowMany()
    {
        using var folder = new TemporaryFolder();
        string log = folder.File("log");
        (int exitCode, byte[] output, _) = await NpfastProcess.RunProgramAsync(
            "sh", [], "-c", $"ulimit -Sn 300; ulimit -Hn 700; '{NpfastProcess.BinaryPath}' relay --listen {AnyPort} "
            + $"--max-connections 600 2> {log} & until grep -q listening {log}; do sleep 0.1; done; "
            + $"kill $!; wait $!; e=$?; cat {log}; exit $e");

        string said = Encoding.UTF8.GetString(output);
        Assert.That(said, Does.Contain("700 descriptors may be open, enough for 600 connections"));
        Assert.That(exitCode, Is.Zero, said);
    }

    [TestCase("2000000", null, 1000)]
    [TestCase("2000000", "7", 1000)]
    [TestCase("1", "", 1)]
    [TestCase("2000000", "8", null)]
    [TestCase("0", null, null)]
    [TestCase("-1", null, null)]
    [TestCase("soon", null, null)]
    [TestCase(null, null, null)]
    public void Watchdog_IntervalOf_IsHalfOfWhatIsGrantedToThisProcess(
        string? microseconds, string? process, int? milliseconds) => Assert.That(
            Watchdog.IntervalOf(microseconds, process, 7)?.TotalMilliseconds, Is.EqualTo(milliseconds));
}
