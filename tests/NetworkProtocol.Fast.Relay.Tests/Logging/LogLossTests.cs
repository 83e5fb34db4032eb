using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using NetworkProtocol.Fast.Relay.Logging;
using NetworkProtocol.Fast.Relay.Tests.Admin;
using NetworkProtocol.Fast.Relay.Tests.Processes;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Logging;

/// <summary>A log file that fails: bounded still, told on stderr and counted, and it stops nobody.</summary>
[TestFixture]
[Platform(Include = "Linux")]
[CancelAfter(120_000)]
internal sealed class LogLossTests
{
    private const string FullDisk = "/dev/full";

    private TemporaryFolder folder = null!;
    private string path = null!;
    private LogLines errors = null!;
    private LogLoss loss = null!;

    [SetUp]
    public void SetUp()
    {
        folder = new TemporaryFolder();
        path = folder.File("npfast.log");
        errors = new LogLines();
        loss = new LogLoss();
        loss.TellTo(errors, path);
    }

    [TearDown]
    public void TearDown()
    {
        errors.Dispose();
        folder.Dispose();
    }

    [Test]
    public void Append_DiskFull_CountsTheLinesAndTellsOnce()
    {
        File.CreateSymbolicLink(path, FullDisk);
        using RotatingFile file = RotatingFile.Open(path, 4096, 3, loss);
        for (int i = 0; i < 3; i++)
        {
            file.Append("one\n");
            file.Append("two\n");
            file.Flush();
        }

        Assert.That(loss.Lines, Is.EqualTo(6));
        Assert.That(errors.Shown, Has.Count.EqualTo(1));
        Assert.That(errors.Shown[0].Text, Does.StartWith($"the log file {path} loses lines: No space left on device"));

        // There is room again.
        File.Delete(path);
        file.Append("back\n");
        file.Flush();
        Assert.That(File.ReadAllText(path),
            Is.EqualTo("6 lines could not be written to this file and are lost\nback\n"));
        Assert.That(loss.Lines, Is.EqualTo(6));
    }

    [Test]
    public void Append_RenameFails_GrowsToTwiceTheBoundAndTriesAgainLater()
    {
        const int Bytes = 4096;
        var time = new SteppedTime();

        // A folder with something in it takes no file's place.
        Directory.CreateDirectory(path + ".1");
        File.WriteAllText(Path.Combine(path + ".1", "precious"), "x");
        using RotatingFile file = RotatingFile.Open(path, Bytes, 3, loss, time);
        const int Lines = 1000;
        for (int i = 0; i < Lines; i++)
        {
            file.Append(Line(i));
            file.Flush();
        }

        string[] kept = File.ReadAllLines(path);
        Assert.That(new FileInfo(path).Length, Is.InRange(Bytes + 1, 2 * Bytes));
        Assert.That(kept, Is.EqualTo(Enumerable.Range(0, kept.Length).Select(i => Line(i).TrimEnd())));
        Assert.That(loss.Lines, Is.EqualTo(Lines - kept.Length), "what was not lost is not counted");
        Assert.That(errors.Shown, Has.Count.EqualTo(2));
        Assert.That(errors.Shown[0].Text, Does.StartWith($"the log file {path} is full and cannot be renamed"));
        Assert.That(errors.Shown[1].Text, Does.Contain("it has twice its size and cannot be renamed"));

        Directory.Delete(path + ".1", recursive: true);
        file.Append(Line(Lines));
        file.Flush();
        Assert.That(File.Exists(path + ".1"), Is.False, "it is not tried with every line");
        time.Step(TimeSpan.FromSeconds(10));
        file.Append("back\n");
        file.Flush();
        Assert.That(File.ReadAllText(path), Is.EqualTo(string.Create(CultureInfo.InvariantCulture,
            $"{Lines - kept.Length + 1} lines could not be written to this file and are lost\nback\n")));
        Assert.That(File.ReadAllLines(path + ".1"), Is.EqualTo(kept));
    }

    [Test]
    public async Task Dispose_DiskThatHangs_DoesNotWaitForIt(CancellationToken cancellation)
    {
        // A pipe that nobody reads blocks whoever writes, as a dead network disk does.
        await NpfastProcess.RunProgramAsync("mkfifo", [], path);
        await using var reader = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        var provider = new FileLoggerProvider(RotatingFile.Open(path, 1 << 30, 3, loss), new PlainFormat(), loss);
        ILogger logger = provider.CreateLogger("test");
        for (int i = 0; i < 200; i++)
        {
            logger.Log(LogLevel.Information, 1, new string('x', 1000), null, static (text, _) => text);
        }

        await Task.Run(provider.Dispose, cancellation).WaitAsync(cancellation);

        Assert.That(loss.Lines, Is.Positive);
        Assert.That(errors.Shown.Single().Text, Does.Contain("it does not take the last lines in time"));
    }

    [Test]
    [Category("Binary")]
    public async Task Relay_WhoseDiskIsFull_TellsOnStderrAndCounts(CancellationToken cancellation)
    {
        using AdminRelay relay = await AdminRelay.StartAsync("--log-file", FullDisk);
        await Eventually.HoldsAsync(() => relay.MetricsAsync(cancellation)
            .GetAwaiter().GetResult()["npfast_log_lines_lost_total"] > 0, "lost lines are counted");
        Assert.That(await relay.Process.StopAsync(), Is.Zero, relay.Process.Log);
        string[] told = [.. relay.Process.Log.Split('\n')
            .Where(static line => line.Contains("loses lines", StringComparison.Ordinal))];
        Assert.That(told, Has.Length.EqualTo(1), relay.Process.Log);
        Assert.That(told[0], Does.Contain("NetworkProtocol.Fast.Log[1000]").And.Contain("No space left on device"));
    }

    [Test]
    [Category("Binary")]
    public async Task Relay_WhoseLogDiskHangs_EndsAllTheSame()
    {
        await NpfastProcess.RunProgramAsync("mkfifo", [], path);
        await using var reader = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        byte[] filling = new byte[1 << 20];
        Task fills = Task.Run(() => reader.Write(filling));
        using NpfastProcess relay = await NpfastProcess.StartRelayAsync(
            "--listen", "tcp://127.0.0.1:0", "--log-file", path);
        Assert.That(await relay.StopAsync(), Is.Zero, relay.Log);
        Assert.That(relay.Log, Does.Contain("it does not take the last lines in time"));

        // Lets the test's own writer go.
        int left = filling.Length;
        while (!fills.IsCompleted && left > 0)
        {
            left -= reader.Read(new byte[64 << 10]);
        }

        await fills;
    }

    private static string Line(int i) => string.Create(CultureInfo.InvariantCulture, $"line number {i}\n");

    private sealed class SteppedTime : TimeProvider
    {
        private long ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => ticks;

        internal void Step(TimeSpan time) => ticks += time.Ticks;
    }

    private sealed class PlainFormat() : ConsoleFormatter("plain")
    {
        public override void Write<TState>(
            in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter) =>
            textWriter.Write(logEntry.Formatter(logEntry.State, logEntry.Exception) + "\n");
    }
}
