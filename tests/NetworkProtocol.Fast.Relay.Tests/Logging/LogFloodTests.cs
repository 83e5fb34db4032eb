using System;
using System.IO;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Relay.Tests.Processes;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Logging;

/// <summary>A scan of the real binary: thousands of connections that open no session write a handful of
/// lines.</summary>
[TestFixture]
[Category("Binary")]
[CancelAfter(180_000)]
[Platform(Exclude = "Win")]
internal sealed class LogFloodTests
{
    private const int Connections = 10_000;

    // One in full, one sum each ten seconds of the minutes that this may take, and those about the sockets' pressure.
    private const int LinesMax = 60;

    [TestCase("http")]
    [TestCase("silence")]
    [TestCase("tls")]
    public async Task Scan_OfTenThousandConnections_WritesAHandfulOfLines(string kind)
    {
        byte[] bytes = kind switch
        {
            "http" => [.. "GET / HTTP/1.1\r\n\r\n"u8],
            "tls" => [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xFC, 0x03, 0x03],
            _ => [],
        };
        using var folder = new TemporaryFolder();
        string path = folder.File("packets.sock");
        string file = folder.File("npfast.log");
        using NpfastProcess relay = await NpfastProcess.StartRelayAsync(
            "--listen", "unix://" + path, "--session", "secure", "--log-file", file);
        int before = relay.Log.Split('\n').Length;
        await Parallel.ForAsync(0, Connections, new ParallelOptions { MaxDegreeOfParallelism = 16 },
            (_, cancellation) => ScanAsync(path, bytes, cancellation));
        Assert.That(await relay.StopAsync(), Is.Zero);
        string[] lines = relay.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        TestContext.Out.WriteLine($"{lines.Length - before + 1} lines");
        Assert.That(lines, Has.Length.LessThan(before + LinesMax));
        Assert.That(File.ReadAllLines(file), Has.Length.LessThan(before + LinesMax));
        Assert.That(relay.Log, Does.Contain("more connections were closed by faults"), "their number is told");
        Assert.That(relay.Log, Does.Not.Contain("Access[411]"), "none of them had a session");
    }

    private static async ValueTask ScanAsync(string path, byte[] said, CancellationToken cancellation)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
        try
        {
            await socket.SendAsync(said, cancellation);
            socket.Shutdown(SocketShutdown.Send);
            while (await socket.ReceiveAsync(new byte[512], cancellation) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // Cut by the relay, as it may.
        }
    }
}
