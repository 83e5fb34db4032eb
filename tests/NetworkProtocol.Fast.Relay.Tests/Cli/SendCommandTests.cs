using System;
using System.IO;
using System.Text;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Relay.Tests.Processes;
using NetworkProtocol.Fast.Transport;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Cli;

/// <summary>What <c>send</c> and <c>ping</c> print and return, against a relay in a process of its own.</summary>
[TestFixture]
[Category("Binary")]
[CancelAfter(60_000)]
internal sealed class SendCommandTests
{
    private NpfastProcess relay = null!;
    private string uri = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        relay = await NpfastProcess.StartRelayAsync("--listen", "tcp://127.0.0.1:0", "--route", "300-399=echo");
        uri = relay.Endpoints[0].ToString();
    }

    [OneTimeTearDown]
    public void Stop() => relay.Dispose();

    [Test]
    public async Task Send_Echo_PrintsThePayloadAndNothingElse()
    {
        (int exitCode, byte[] output, string errors) = await NpfastProcess.RunAsync("send", uri, "ECHO", "hello");

        Assert.That(exitCode, Is.Zero, errors);
        Assert.That(output, Is.EqualTo("hello"u8.ToArray()));
        Assert.That(errors, Is.Empty);
    }

    [Test]
    public async Task Send_Number_IsRoutedByIt()
    {
        (int exitCode, byte[] output, string errors) = await NpfastProcess.RunAsync("send", uri, "321", "@odd");

        Assert.That(exitCode, Is.Zero, errors);
        Assert.That(Encoding.UTF8.GetString(output), Is.EqualTo("@odd"));
    }

    [TestCase(0)]
    [TestCase(100_000)]
    [TestCase(1 << 20)]
    public async Task Send_Stdin_CarriesEveryByte(int bytes)
    {
        byte[] input = new byte[bytes];
        new Random(bytes).NextBytes(input);

        (int exitCode, byte[] output, string errors) =
            await NpfastProcess.RunWithInputAsync(input, "send", uri, "ECHO", "-", "--compress", "lz4");

        Assert.That(exitCode, Is.Zero, errors);
        Assert.That(output.AsSpan().SequenceEqual(input));
    }

    [Test]
    public async Task Send_File_CarriesItsBytes()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("payload");
        await File.WriteAllTextAsync(path, "from a file");

        (int exitCode, byte[] output, string errors) =
            await NpfastProcess.RunAsync("send", uri, "ECHO", "--file", path);

        Assert.That(exitCode, Is.Zero, errors);
        Assert.That(Encoding.UTF8.GetString(output), Is.EqualTo("from a file"));
    }

    [Test]
    public async Task Send_OneWay_PrintsNothing()
    {
        (int exitCode, byte[] output, string errors) =
            await NpfastProcess.RunAsync("send", uri, "ECHO", "x", "--oneway");

        Assert.That(exitCode, Is.Zero, errors);
        Assert.That(output, Is.Empty);
    }

    [Test]
    public async Task Send_NoRoute_FailsWithOneLine()
    {
        (int exitCode, byte[] output, string errors) = await NpfastProcess.RunAsync("send", uri, "nowhere", "x");

        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(output, Is.Empty);
        Assert.That(errors, Is.EqualTo("npfast: NoRoute: no route for this name" + Environment.NewLine));
    }

    [Test]
    public async Task Send_Refused_FailsWithOneLine()
    {
        using NpfastProcess gone = await NpfastProcess.StartRelayAsync("--listen", "tcp://127.0.0.1:0");
        Endpoint endpoint = gone.Endpoints[0];
        await gone.StopAsync();

        (int exitCode, _, string errors) = await NpfastProcess.RunAsync("send", endpoint.ToString(), "ECHO", "x");

        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(errors, Is.EqualTo(
            $"npfast: cannot connect to {endpoint}: connection refused; check that a server listens there"
            + Environment.NewLine));
    }

    [Test]
    public async Task Ping_Count_PrintsALineEachAndASummary()
    {
        (int exitCode, byte[] output, string errors) =
            await NpfastProcess.RunAsync("ping", uri, "--count", "3", "--interval", "0ms");
        string[] lines = Encoding.UTF8.GetString(output).TrimEnd().Split(Environment.NewLine);

        Assert.That(exitCode, Is.Zero, errors);
        Assert.That(lines, Has.Length.EqualTo(5));
        Assert.That(lines[2], Does.Match($@"^reply from {uri}: seq=3 time=\d+\.\d{{3}} ms$"));
        Assert.That(lines[3], Is.EqualTo($"--- {uri}: 3 sent, 3 received, 0 lost ---"));
        Assert.That(lines[4], Does.Match(@"^min/p50/p99/max = \d+\.\d{3}/\d+\.\d{3}/\d+\.\d{3}/\d+\.\d{3} ms$"));
    }
}
