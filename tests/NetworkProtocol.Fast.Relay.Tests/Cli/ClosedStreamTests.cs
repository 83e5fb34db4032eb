using System;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Relay.Tests.Processes;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Cli;

/// <summary>Commands that a shell starts without stdout or stderr: whatever the runtime has opened in their place must
/// get nothing.</summary>
[TestFixture]
[Category("Binary")]
[Platform("Linux")]
[CancelAfter(60_000)]
internal sealed class ClosedStreamTests
{
    private const string NoStdout = "npfast: stdout is closed; send it to a pipe, a file or /dev/null\n";

    private NpfastProcess relay = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => relay = await NpfastProcess.StartRelayAsync("--listen", "tcp://127.0.0.1:0");

    [OneTimeTearDown]
    public void Stop() => relay.Dispose();

    [TestCase("send URI ECHO hello", ">&-")]
    [TestCase("send URI ECHO hello", ">&- <&-")]
    [TestCase("ping URI --count 1", ">&-")]
    [TestCase("info", ">&-")]
    [TestCase("info --json", ">&-")]
    [TestCase("bench URI --seconds 0.05 --rounds 1", ">&-")]
    [TestCase("relay --help", ">&-")]
    [TestCase("--version", ">&-")]
    public async Task Command_WithoutStdout_FailsWithOneLine(
        string commandLine, string redirections, CancellationToken cancellation)
    {
        (int exitCode, _, string errors) = await RunAsync(commandLine, redirections, cancellation);

        Assert.That(errors, Is.EqualTo(NoStdout));
        Assert.That(exitCode, Is.EqualTo(1));
    }

    [Test]
    public async Task SendOneWay_WithoutStdout_NeedsNone(CancellationToken cancellation)
    {
        (int exitCode, _, string errors) = await RunAsync("send URI ECHO hello --oneway", ">&-", cancellation);

        Assert.That((exitCode, errors), Is.EqualTo((0, string.Empty)));
    }

    [TestCase("2>&-")]
    [TestCase("2>/dev/full")]
    public async Task Failure_ThatCannotBeTold_LeavesItsExitCode(string redirection, CancellationToken cancellation)
    {
        (int exitCode, string output, string errors) =
            await RunAsync("send URI nowhere hello", redirection, cancellation);

        Assert.That((exitCode, output, errors), Is.EqualTo((1, string.Empty, string.Empty)));
    }

    private async Task<(int ExitCode, string Output, string Errors)> RunAsync(
        string commandLine, string redirections, CancellationToken cancellation)
    {
        string[] arguments =
            commandLine.Replace("URI", relay.Endpoints[0].ToString(), StringComparison.Ordinal).Split(' ');
        string[] shell = ["-c", $"exec \"$0\" \"$@\" {redirections}", NpfastProcess.BinaryPath];
        using var process = Process.Start(new ProcessStartInfo("sh", [.. shell, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(cancellation);
            string errors = await process.StandardError.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            return (process.ExitCode, await output, errors);
        }
        finally
        {
            process.Kill();
        }
    }
}
