using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Relay.Tests.Processes;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Docs;

/// <summary>The tour in README.md runs as it stands there, but for the ports.</summary>
[TestFixture]
[Category("Binary")]
[Platform(Exclude = "Win")]
[CancelAfter(120_000)]
internal sealed class TourTests
{
    [Test]
    public async Task Tour_PastedIntoAShell_Runs(CancellationToken cancellation)
    {
        (string[] lines, string errors) = await RunAsync(
            Readme.Block("bash", "--upstream backend"), ["9000", "9001"], cancellation);
        AssertInOrder(lines, "hello", "from a pipe", "pinned", "exit code 1", "exit code 1", "reply from", "seq=3",
            "min/p50/p99/max", "messages/s");
        Assert.That(errors, Does.Contain("NoRoute").And.Contain("this may be a man in the middle"));
    }

    [Test]
    public async Task TourOfTls_PastedIntoAShell_Runs(CancellationToken cancellation)
    {
        (string[] lines, string errors) =
            await RunAsync(Readme.Block("bash", "npfast cert ca"), ["9443"], cancellation);
        AssertInOrder(lines, "sha256:", "sha256:", "sha256:", "subject      CN=alice.example", "hello by TLS",
            "reply from", "min/p50/p99/max", "exit code 1", "exit code 1", "pinned by TLS", "sha256:", "renewed");
        Assert.That(errors, Does.Contain("is signed by an unknown CA ('CN=Example CA')")
            .And.Contain("the client shows no certificate, and one is required here"));
    }

    [Test]
    public async Task TourOfConfiguration_PastedIntoAShell_Runs(CancellationToken cancellation)
    {
        string socket = Path.Combine(Path.GetTempPath(), $"npfast-{Environment.ProcessId}.sock");
        string tour = Readme.Block("bash", "npfast config check")
            .Replace("/tmp/npfast-edge.sock", socket, StringComparison.Ordinal);
        (string[] lines, string errors) = await RunAsync(tour, [], cancellation);
        AssertInOrder(lines, "npfast.toml is good: 1 listeners, 0 upstreams, 1 routes", "server.address", "configured",
            "reloaded", "exit code 2");
        Assert.That(errors,
            Does.Contain("npfast.toml:7:1: unknown key 'memroy' in [limits]; did you mean 'memory'?"));
    }

    private static async Task<(string[] Lines, string Errors)> RunAsync(
        string tour, string[] ports, CancellationToken cancellation)
    {
        foreach (string port in ports)
        {
            tour = tour.Replace(":" + port, ":" + FreePort(), StringComparison.Ordinal);
        }

        var start = new ProcessStartInfo("bash", ["-s"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string folder = Path.GetDirectoryName(NpfastProcess.BinaryPath)!;
        start.Environment["PATH"] = $"{folder}:{Environment.GetEnvironmentVariable("PATH")}";
        using Process shell = Process.Start(start)!;
        try
        {
            // The shell reads its commands from a file: a command that reads stdin must not swallow those that follow.
            await shell.StandardInput.WriteAsync($"set -u\nbash -u /dev/fd/3 3<<'TOUR' </dev/null\n{tour}\nTOUR\n");
            shell.StandardInput.Close();
            Task<string> errors = shell.StandardError.ReadToEndAsync(cancellation);
            string[] lines = (await shell.StandardOutput.ReadToEndAsync(cancellation)).Split('\n');
            await shell.WaitForExitAsync(cancellation);
            Assert.That(shell.ExitCode, Is.Zero, await errors);
            return (lines, await errors);
        }
        finally
        {
            shell.Kill(entireProcessTree: true);
        }
    }

    private static void AssertInOrder(IEnumerable<string> lines, params string[] parts)
    {
        var next = 0;
        foreach (string line in lines)
        {
            if (next < parts.Length && line.Contains(parts[next], StringComparison.Ordinal))
            {
                next++;
            }
        }

        Assert.That(next, Is.EqualTo(parts.Length),
            $"'{parts[Math.Min(next, parts.Length - 1)]}' does not follow in:\n{string.Join('\n', lines)}");
    }

    // Free a moment ago; the tour names its ports, so the system cannot choose them at the listen.
    private static string FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port.ToString(CultureInfo.InvariantCulture);
    }
}
