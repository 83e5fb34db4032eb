using System;
using System.Collections.Generic;
using System.Diagnostics.Metrics;
using System.Linq;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Diagnostics;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Relay.Admin;
using NetworkProtocol.Fast.Server;
using NetworkProtocol.Fast.Tests.Shared;
using NetworkProtocol.Fast.Transport;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Admin;

/// <summary>The metrics: their text, their documentation, and that they count what happened.</summary>
[TestFixture]
[CancelAfter(120_000)]
internal sealed partial class MetricsTests
{
    private static CancellationToken Cancellation => TestContext.CurrentContext.CancellationToken;

    [Test]
    [Category("Binary")]
    public async Task Metrics_OfARelayInUse_PassTheLintAndCountWhatHappened()
    {
        using var runtime = new LinkRuntime();
        var handlers = new HandlerTable()
            .Map("orders.*", static (ref PacketContext c) => c.Reply(c.Payload))
            .Map("refuse", static (ref PacketContext c) => c.Fail(ErrorCode.Unauthorized, "no"))
            .MapAsync("never", static async _ => await Task.Delay(Timeout.Infinite, Cancellation));
        await using var upstream = new PacketServer(
            new ServerOptions
            {
                Listeners = [new ServerListener(Endpoint.Parse("tcp://127.0.0.1:0")) { Session = SessionKind.Plain }],
            },
            handlers, runtime);
        upstream.Start();
        using AdminRelay relay = await AdminRelay.StartAsync("--upstream", $"up={upstream.Endpoints[0]}",
            "--upstream-session", "up=plain", "--route", "orders.*=up", "--route", "refuse=up", "--route", "never=up",
            "--timeout", "200ms");
        string node = $"upstream=\"up\",node=\"{upstream.Endpoints[0]}\"";
        string listener = $"listener=\"{relay.Process.Endpoints[0]}\"";
        await relay.ShowsAsync($"npfast_upstream_links{{{node},state=\"live\"}}", 2, Cancellation);
        PacketClient client = await PacketClient.ConnectAsync(
            relay.Process.Endpoints[0], runtime, Plain.Client, Cancellation);
        await using (client)
        {
            await AskAsync(client);
            PrometheusReader now = await relay.MetricsAsync(Cancellation);
            Assert.That(now.Faults, Is.Empty);
            Assert.That(now[$"npfast_upstream_breaker{{{node},state=\"closed\"}}"], Is.EqualTo(1));
            Assert.That(now.Families, Has.Count.GreaterThan(30));
            Assert.That(now[$"npfast_connections{{{listener},state=\"open\"}}"], Is.EqualTo(1));
            Assert.That(now[$"npfast_handshakes_total{{{listener},outcome=\"established\"}}"], Is.EqualTo(1));
            Assert.That(now["npfast_requests_total{route=\"orders.*\",outcome=\"ok\"}"], Is.EqualTo(30));
            Assert.That(now["npfast_requests_total{route=\"ECHO\",outcome=\"ok\"}"], Is.EqualTo(20));
            Assert.That(now["npfast_requests_total{route=\"refuse\",outcome=\"unauthorized\"}"], Is.EqualTo(1));
            Assert.That(now["npfast_requests_total{route=\"never\",outcome=\"timeout\"}"], Is.EqualTo(1));
            Assert.That(now["npfast_requests_total{route=\"none\",outcome=\"no_route\"}"], Is.EqualTo(1));
            Assert.That(now["npfast_one_way_packets_total{route=\"orders.*\"}"], Is.EqualTo(5));
            Assert.That(now["npfast_request_duration_seconds_count{route=\"orders.*\"}"], Is.EqualTo(30));
            Assert.That(now["npfast_request_duration_seconds_count{route=\"ECHO\"}"], Is.EqualTo(20));
            Assert.That(now["npfast_request_duration_seconds_sum{route=\"never\"}"], Is.InRange(0.19, 30));
            Assert.That(now["npfast_request_duration_seconds_bucket{route=\"never\",le=\"0.1\"}"], Is.Zero);

            // Hello and 58 packets in; Hello and 53 answers out.
            Assert.That(now[$"npfast_packets_total{{{listener},direction=\"in\"}}"], Is.EqualTo(59));
            Assert.That(now[$"npfast_packets_total{{{listener},direction=\"out\"}}"], Is.EqualTo(54));
            Assert.That(now[$"npfast_transferred_bytes_total{{{listener},direction=\"in\"}}"], Is.GreaterThan(5800));

            // A Hello on each of the two links, and what was forwarded and answered.
            Assert.That(now[$"npfast_upstream_packets_total{{{node},direction=\"out\"}}"], Is.EqualTo(39));
            Assert.That(now[$"npfast_upstream_packets_total{{{node},direction=\"in\"}}"], Is.EqualTo(33));
        }

        // A connection that is being closed is not open any more, and counts as closed a moment later.
        await relay.ShowsAsync(
            $"npfast_connections_closed_total{{{listener},reason=\"peer_closed\"}}", 1, Cancellation);
        PrometheusReader after = await relay.MetricsAsync(Cancellation);
        Assert.That(after[$"npfast_connections{{{listener},state=\"open\"}}"], Is.Zero);
        Assert.That(after[$"npfast_packets_total{{{listener},direction=\"out\"}}"], Is.GreaterThanOrEqualTo(54),
            "what ended connections carried is not lost");
        await upstream.StopAsync(TimeSpan.Zero);
        await relay.ShowsAsync($"npfast_upstream_links{{{node},state=\"down\"}}", 2, Cancellation);
        await Eventually.HoldsAsync(() => relay.MetricsAsync(Cancellation).GetAwaiter()
            .GetResult()[$"npfast_upstream_connects_total{{{node},outcome=\"failed\"}}"] > 0, "it tries again");
        await relay.ShowsAsync($"npfast_upstream_breaker{{{node},state=\"open\"}}", 1, Cancellation);
        await using var restarted = new PacketServer(
            new ServerOptions { Listeners = [Plain.On(upstream.Endpoints[0])] }, new HandlerTable(), runtime);
        restarted.Start();
        await relay.ShowsAsync($"npfast_upstream_reconnects_total{{{node}}}", 2, Cancellation);
        await relay.ShowsAsync($"npfast_upstream_breaker{{{node},state=\"closed\"}}", 1, Cancellation);
        Assert.That((await relay.MetricsAsync(Cancellation))[$"npfast_upstream_lost_total{{{node}}}"], Is.EqualTo(2));
    }

    [Test]
    public void Reader_OfBadText_FindsTheFaults()
    {
        foreach (string bad in new[]
        {
            "a 1\n", "# HELP a x\n# TYPE a counter\na 1\n", "# HELP a_total x\n# TYPE a_total counter\na_total -1\n",
            "# HELP a_total x\n# TYPE a_total gauge\na_total 1\n", "# HELP a x\n# TYPE a gauge\na 1\na 2\n",
            "# HELP a x\n# TYPE a gauge\na{b=\"1\",b=\"2\"} 1\n", "# HELP a x\n# TYPE a gauge\na{b=\"\\x\"} 1\n",
            "# HELP a_ms x\n# TYPE a_ms gauge\na_ms 1\n", "# HELP a x\n# TYPE a gauge\na one\n",
            "# HELP a x\n# TYPE a histogram\na_bucket{le=\"1\"} 2\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 1\n",
            "# HELP a x\n# TYPE a histogram\na_bucket{le=\"1\"} 1\na_sum 1\na_count 1\n",
            "# HELP a x\n# TYPE a histogram\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 2\n", "# TYPE a gauge\na 1\n",
            "# HELP a x\n# TYPE a gauge\na 1",
        })
        {
            Assert.That(PrometheusReader.Read(bad).Faults, Is.Not.Empty, bad);
        }

        const string Good = "# HELP a x\n# TYPE a histogram\na_bucket{r=\"\\\"\",le=\"1e-05\"} 1\n"
            + "a_bucket{r=\"\\\"\",le=\"+Inf\"} 3\na_sum{r=\"\\\"\"} 1.5\na_count{r=\"\\\"\"} 3\n";
        Assert.That(PrometheusReader.Read(Good).Faults, Is.Empty);
    }

    [Test]
    public void Text_OfUglyLabels_IsEscaped()
    {
        var snapshot = new MetricSnapshot();
        snapshot.Add(Metrics.OneWayPackets, 7, "a\"b\\c\nd");
        PrometheusReader read = PrometheusReader.Read(PrometheusText.Write(snapshot));
        Assert.That(read.Faults, Is.Empty);
        Assert.That(read["npfast_one_way_packets_total{route=\"a\\\"b\\\\c\\nd\"}"], Is.EqualTo(7));
    }

    [Test]
    public void Document_ListsEveryMetric_AsTheCodeHasIt()
    {
        string document = RepositoryRoot.Read("docs", "OBSERVABILITY.md");
        IEnumerable<string> listed = Row().Matches(document).Select(static row =>
            $"{row.Groups["name"].Value} {row.Groups["type"].Value} {row.Groups["labels"].Value}: "
            + row.Groups["help"].Value);
        IEnumerable<string> defined = Metrics.All.Select(static m =>
            $"{m.PrometheusName} {m.Kind.ToString().ToLowerInvariant()} "
            + $"{string.Join(", ", m.Labels.Select(static l => $"`{l}`"))}: {m.Help}");
        Assert.That(listed, Is.EqualTo(defined));
    }

    [Test]
    public async Task Meter_PublishesWhatTheTextHas()
    {
        using var runtime = new LinkRuntime();
        await using var server = new PacketServer(
            new ServerOptions { Listeners = [new ServerListener(Endpoint.Parse("tcp://127.0.0.1:0"))
                { Session = SessionKind.Plain }] },
            new HandlerTable(), runtime);
        server.Start();
        await using PacketClient client = await PacketClient.ConnectAsync(
            server.Endpoints[0], runtime, Plain.Client, Cancellation);
        for (int i = 0; i < 10; i++)
        {
            using PacketReply reply = await client.RequestAsync("ECHO", new byte[10], cancellationToken: Cancellation);
        }

        // Other tests have runtimes, too: theirs have other listeners.
        var seen = new Dictionary<string, double>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Name == Metrics.MeterName)
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        string own = server.Endpoints[0].ToString();
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) =>
        {
            string[] values = [.. tags.ToArray().Select(static t => t.Value!.ToString()!)];
            if (values.Length == 0 || values[0] == own)
            {
                seen[$"{instrument.Name} {instrument.Unit} {string.Join(' ', values)}"] = value;
            }
        });
        listener.Start();
        listener.RecordObservableInstruments();
        Assert.That(seen[$"npfast.packets {{packet}} {own} in"], Is.EqualTo(11));
        Assert.That(seen[$"npfast.connections {{connection}} {own} open"], Is.EqualTo(1));
        Assert.That(seen, Does.ContainKey("npfast.pool.leased By "));
    }

    [Test]
    public void Buckets_TakeEveryDurationUpToTheirBound()
    {
        double frequency = System.Diagnostics.Stopwatch.Frequency;
        for (int i = 0; i < LatencyBuckets.Bounds.Length; i++)
        {
            long bound = (long)Math.Round(LatencyBuckets.Bounds[i] * frequency);
            Assert.That(LatencyBuckets.IndexOf(bound), Is.EqualTo(i));
            Assert.That(LatencyBuckets.IndexOf(bound + 1), Is.EqualTo(i + 1));
        }

        Assert.That(LatencyBuckets.IndexOf(0), Is.Zero);
        Assert.That(LatencyBuckets.IndexOf(-5), Is.Zero);
        Assert.That(LatencyBuckets.IndexOf(long.MaxValue), Is.EqualTo(LatencyBuckets.Count - 1));
    }

    // 30 and 20 answered, one each refused, timed out and without a route; five without an answer.
    private static async Task AskAsync(PacketClient client)
    {
        for (int i = 0; i < 50; i++)
        {
            string name = i < 30 ? $"orders.{i % 3}" : "ECHO";
            using PacketReply reply = await client.RequestAsync(name, new byte[100], cancellationToken: Cancellation);
        }

        for (int i = 0; i < 5; i++)
        {
            await client.SendAsync("orders.news", new byte[10], Cancellation);
        }

        foreach (string name in new[] { "refuse", "never", "nowhere" })
        {
            Assert.That(
                async () => await client.RequestAsync(name, new byte[1], cancellationToken: Cancellation),
                Throws.InstanceOf<PacketErrorException>());
        }
    }

    [GeneratedRegex(@"^\| `(?<name>[a-z_]+)` \| (?<type>counter|gauge|histogram) \| (?<labels>[^|]*?)\s*\| "
        + @"(?<help>[^|]+?) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
