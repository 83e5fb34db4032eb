using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Relay.Tests.Processes;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Cli;

/// <summary>How commands end that something interrupts: a signal, a reader that goes away, a lost connection.</summary>
[TestFixture]
[Category("Binary")]
[Platform("Linux")]
[CancelAfter(120_000)]
internal sealed class InterruptionTests
{
    private NpfastProcess relay = null!;
    private string uri = null!;

    [SetUp]
    public async Task StartAsync()
    {
        relay = await NpfastProcess.StartRelayAsync("--listen", "tcp://127.0.0.1:0");
        uri = relay.Endpoints[0].ToString();
    }

    [TearDown]
    public void Stop() => relay.Dispose();

    [TestCase("INT")]
    [TestCase("TERM")]
    [TestCase("HUP")]
    public async Task Send_StdinHeldOpen_EndsWithTheSignal(string signal, CancellationToken cancellation)
    {
        using Process send = Start("send", uri, "ECHO", "-");
        Task<string> errors = send.StandardError.ReadToEndAsync(cancellation);
        await UntilItHandlesSignalsAsync(IdOf(send), cancellation);
        await SignalAsync(send, signal, cancellation);

        Assert.That(await ExitAsync(send, cancellation), Is.EqualTo(1));
        Assert.That((await errors).TrimEnd(), Is.EqualTo("npfast: interrupted"));
    }

    [Test]
    public async Task Send_FifoWithoutWriter_EndsWithTheSignal(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("fifo");
        using (Process make = Process.Start("mkfifo", [path]))
        {
            await make.WaitForExitAsync(cancellation);
        }

        using Process send = Start("send", uri, "ECHO", "--file", path);
        await UntilItHandlesSignalsAsync(IdOf(send), cancellation);
        await SignalAsync(send, "TERM", cancellation);

        Assert.That(await ExitAsync(send, cancellation), Is.EqualTo(1));
    }

    [Test]
    public async Task Send_FullStdout_EndsWithTheSignal(CancellationToken cancellation)
    {
        // A pipe holds 64 KiB; nobody reads this one beyond its first byte, which says that the reply is there.
        using var folder = new TemporaryFolder();
        string path = folder.File("payload");
        await File.WriteAllBytesAsync(path, new byte[1 << 20], cancellation);
        using Process send = Start("send", uri, "ECHO", "--file", path);
        await send.StandardOutput.BaseStream.ReadExactlyAsync(new byte[1], cancellation);
        await SignalAsync(send, "TERM", cancellation);

        Assert.That(await ExitAsync(send, cancellation), Is.EqualTo(1));
    }

    [Test]
    public async Task Ping_ReaderGone_EndsQuietly(CancellationToken cancellation)
    {
        using Process ping = Start("ping", uri, "--count", "0", "--interval", "20ms");
        Task<string> errors = ping.StandardError.ReadToEndAsync(cancellation);
        await ping.StandardOutput.ReadLineAsync(cancellation);
        ping.StandardOutput.Close();

        Assert.That(await ExitAsync(ping, cancellation), Is.EqualTo(1));
        Assert.That(await errors, Is.Empty);
    }

    [Test]
    public async Task Ping_ConnectionLost_SumsUpAndFails(CancellationToken cancellation)
    {
        using Process ping = Start("ping", uri, "--count", "0", "--interval", "20ms");
        await ping.StandardOutput.ReadLineAsync(cancellation);
        relay.Kill();
        string rest = await ping.StandardOutput.ReadToEndAsync(cancellation);

        Assert.That(await ExitAsync(ping, cancellation), Is.EqualTo(1));
        Assert.That(rest, Does.Contain($"no reply from {uri}").And.Contain("min/p50/p99/max"));
    }

    [Test]
    public async Task BenchIdle_TwoSignals_TakeTheRelayAlong(CancellationToken cancellation)
    {
        using Process bench = Start("bench", "--idle", "200");
        string id = IdOf(bench);
        string child;
        while ((child = ChildrenOf(id)).Length == 0)
        {
            await Task.Delay(10, cancellation);
        }

        await UntilItHandlesSignalsAsync(child, cancellation);
        await SignalAsync(bench, "TERM", cancellation);
        await SignalAsync(bench, "TERM", cancellation);

        Assert.That(await ExitAsync(bench, cancellation), Is.EqualTo(1));
        while (IsRunning(child))
        {
            await Task.Delay(10, cancellation);
        }
    }

    private static string ChildrenOf(string id) => string.Concat(
        Directory.GetDirectories($"/proc/{id}/task").Select(static t => File.ReadAllText(t + "/children"))).Trim();

    // It may be dead, but not yet collected by whoever inherits it.
    private static bool IsRunning(string id)
    {
        try
        {
            return !File.ReadAllText($"/proc/{id}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    // Under nohup these tests inherit an ignored SIGHUP, which npfast leaves alone; env gives it its default back.
    private static Process Start(params string[] arguments) => Process.Start(
        new ProcessStartInfo("env", ["--default-signal=HUP", NpfastProcess.BinaryPath, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;

    // A signal before that would end the process by its default, which is another exit code.
    private static async Task UntilItHandlesSignalsAsync(string id, CancellationToken cancellation)
    {
        // SIGHUP is the last that commands register, and the runtime has no use of its own for it.
        const ulong HangUp = 1;
        while ((SignalsCaught(id) & HangUp) == 0)
        {
            await Task.Delay(10, cancellation);
        }
    }

    private static ulong SignalsCaught(string id)
    {
        const string Row = "SigCgt:";
        foreach (string line in File.ReadLines($"/proc/{id}/status"))
        {
            if (line.StartsWith(Row, StringComparison.Ordinal))
            {
                ReadOnlySpan<char> mask = line.AsSpan(Row.Length).Trim();
                return ulong.Parse(mask, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            }
        }

        return 0;
    }

    private static string IdOf(Process process) => process.Id.ToString(CultureInfo.InvariantCulture);

    private static async Task SignalAsync(Process process, string name, CancellationToken cancellation)
    {
        using Process kill = Process.Start("kill", ["-" + name, IdOf(process)]);
        await kill.WaitForExitAsync(cancellation);
    }

    private static async Task<int> ExitAsync(Process process, CancellationToken cancellation)
    {
        try
        {
            await process.WaitForExitAsync(cancellation);
        }
        finally
        {
            process.Kill();
        }

        return process.ExitCode;
    }
}
