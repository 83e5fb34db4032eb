using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Relay.Tests.Processes;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Cli;

/// <summary>The bench reports; its figures are held against each other only, never against the clock.</summary>
[TestFixture]
[Category("Binary")]
[CancelAfter(120_000)]
internal sealed class BenchCommandTests
{
    private static readonly string[] Percentiles = ["p50", "p90", "p99", "p99.9"];

    private static readonly string[] Subjects =
        [
            "raw echo", "plain echo", "secure echo", "tls echo", "plain forwarded", "secure to relay",
            "secure both hops",
        ];

    private static readonly string[] ConnectSubjects =
        ["plain connect", "secure connect", "tls connect", "tls resumed"];

    [TestCase("64")]
    [TestCase("40KiB")]
    public async Task Bench_WithoutUri_ReportsEverySubjectUnderBothLoads(string size)
    {
        (int exitCode, byte[] output, string errors) = await NpfastProcess.RunAsync(
            "bench", "--seconds", "0.2", "--rounds", "2", "--connections", "2", "--in-flight", "4",
            "--size", size, "--json");

        Assert.That(exitCode, Is.Zero, errors);
        using JsonDocument document = JsonDocument.Parse(output);
        Assert.That(document.RootElement.GetProperty("socketThreads").GetInt32(), Is.Positive);
        List<JsonElement> results = [.. document.RootElement.GetProperty("results").EnumerateArray()];
        string?[] named = [.. results.Select(static r => r.GetProperty("subject").GetString())];
        Assert.That(named, Is.EqualTo([.. Subjects, .. Subjects, .. ConnectSubjects]));
        Assert.That(results.Take(2 * Subjects.Length).Select(static r => r.GetProperty("inFlight").GetInt32()),
            Is.EqualTo(Enumerable.Repeat(4, Subjects.Length).Concat(Enumerable.Repeat(1, Subjects.Length))));
        Assert.That(results.Where(static r => r.TryGetProperty("ratioToPlain", out _))
            .Select(static r => r.GetProperty("subject").GetString()), Is.All.EqualTo("secure echo"));
        JsonElement connects = results.Single(static r => r.TryGetProperty("handshakesPerSecondPerCore", out _));
        Assert.That(connects.GetProperty("subject").GetString(), Is.EqualTo("secure connect"));
        Assert.That(
            connects.GetProperty("handshakesPerSecondPerCore").GetProperty("median").GetDouble(), Is.Positive);
        foreach (JsonElement result in results.Take(2 * Subjects.Length))
        {
            AssertPlausible(result);
        }
    }

    [Test]
    public async Task Bench_WithoutUri_SaysWhichHopIsSecureAndWhatHandshakesCost()
    {
        (int exitCode, byte[] output, string errors) = await NpfastProcess.RunAsync(
            "bench", "--seconds", "0.05", "--rounds", "1", "--connections", "2", "--in-flight", "4");
        string report = Encoding.UTF8.GetString(output);

        Assert.That(exitCode, Is.Zero, errors);
        Assert.That(report, Does.Match("(?m)^handshakes/s per core: [0-9]"));
        Assert.That(report, Does.Contain("secure to relay: the first hop is secure, the second plain"));
    }

    [Test]
    public async Task Bench_Uri_LoadsThatTargetOnly()
    {
        using NpfastProcess relay = await NpfastProcess.StartRelayAsync(
            "--listen", "tcp://127.0.0.1:0", "--route", "mirror=echo");

        (int exitCode, byte[] output, string errors) = await NpfastProcess.RunAsync(
            "bench", relay.Endpoints[0].ToString(), "--name", "mirror", "--seconds", "0.05", "--rounds", "1", "--json");

        Assert.That(exitCode, Is.Zero, errors);
        using JsonDocument document = JsonDocument.Parse(output);
        JsonElement result = document.RootElement.GetProperty("results").EnumerateArray().Single();
        Assert.That(result.GetProperty("subject").GetString(), Is.EqualTo("mirror"));
        AssertPlausible(result);
    }

    [Test]
    public async Task Bench_Uri_SaysWhatTheFiguresLeaveOut()
    {
        using NpfastProcess relay = await NpfastProcess.StartRelayAsync("--listen", "tcp://127.0.0.1:0");

        (int exitCode, byte[] output, string errors) = await NpfastProcess.RunAsync(
            "bench", relay.Endpoints[0].ToString(), "--workers", "1", "--seconds", "0.05", "--rounds", "1");
        string report = Encoding.UTF8.GetString(output);

        Assert.That(exitCode, Is.Zero, errors);
        Assert.That(report, Does.Contain(", 1 socket thread" + Environment.NewLine));
        Assert.That(report, Does.Contain(", 1 round of 0.05 s"));
        Assert.That(report.TrimEnd(), Does.EndWith("the server's are not included"));
    }

    [Test]
    public async Task Bench_TargetWithoutRoute_FailsWithOneLine()
    {
        using NpfastProcess relay = await NpfastProcess.StartRelayAsync("--listen", "tcp://127.0.0.1:0");

        (int exitCode, _, string errors) = await NpfastProcess.RunAsync(
            "bench", relay.Endpoints[0].ToString(), "--name", "nowhere", "--seconds", "0.05");

        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(errors.TrimEnd(), Is.EqualTo("npfast: a request failed with NoRoute: no route for this name"));
    }

    private static void AssertPlausible(JsonElement result)
    {
        JsonElement rate = result.GetProperty("messagesPerSecond");
        Assert.That(rate.GetProperty("min").GetDouble(), Is.Positive);
        Assert.That(rate.GetProperty("median").GetDouble(),
            Is.InRange(rate.GetProperty("min").GetDouble(), rate.GetProperty("max").GetDouble()));
        JsonElement latency = result.GetProperty("latencyMicroseconds");
        double[] medians = [.. Percentiles.Select(p => latency.GetProperty(p).GetProperty("median").GetDouble())];
        Assert.That(medians, Is.All.Positive);
        Assert.That(medians, Is.Ordered);
    }
}
