using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Benchmarks.Processes;
using NetworkProtocol.Fast.Benchmarks.Scenarios;

namespace NetworkProtocol.Fast.Benchmarks.Peers;

/// <summary>npfast beside programs that people run in its place, each before the same upstream and under the same
/// load.</summary>
internal static class PeerSuite
{
    internal const string TcpRelays = "tcp relays";
    internal const string TlsRelays = "tls relays";
    internal const string TlsHandshakes = "tls handshakes";
    internal const string Requests = "requests";

    private static readonly int[] TcpSizes = [64, 1 << 10, 16 << 10, 64 << 10];
    private static readonly int[] TlsSizes = [1 << 10, 16 << 10];

    internal static async Task RunAsync(Harness harness)
    {
        string certificate = Certificate.Write(harness.Folder);
        foreach (Placement placement in harness.IsSmoke ? [harness.Steady] : harness.Placements)
        {
            await harness.TryAsync($"peers, {placement}", () => RunAsync(harness, placement, certificate));
        }

        await harness.TryAsync(IdleScenario.NameOfPeers, () => RunIdleAsync(harness, certificate));
    }

    private static async Task RunAsync(Harness harness, Placement placement, string certificate)
    {
        using var bed = new Bed(harness, placement);
        (Child packets, string packetsAt) = await bed.NpfastAsync("upstream", Part.Upstream, "plain");
        (Child bytes, string bytesAt) = await bed.RawEchoAsync(Part.Upstream);
        var peers = new PeerSet(harness, bed, certificate);
        PeerSet.Haproxy? haproxy = await peers.HaproxyAsync(PortOf(packetsAt), PortOf(bytesAt));

        List<Subject> tcp = await TcpSubjectsAsync(bed, peers, haproxy, packets, packetsAt);
        Shape[] tcpShapes = harness.IsSmoke ? [Shape.Busy(64)]
            : placement == harness.Steady ? [.. TcpSizes.Select(Shape.Busy), Shape.PingPong]
            : [Shape.Busy(64), Shape.Busy(16 << 10)];
        await Generator.RunAllAsync(harness, TcpRelays, placement, tcp, tcpShapes);

        (Child secure, string secureAt) = await bed.ForwardingAsync("npfast secure", "secure", packetsAt);
        var npfast = new Subject("npfast secure", "secure", secureAt, secure, packets);
        List<Subject> tls = [npfast];
        List<Subject> handshakes = [npfast];
        if (haproxy is not null)
        {
            tls.Add(new Subject("haproxy", "tls", At(haproxy.Tls), haproxy.Child, bytes));
            handshakes.Add(new Subject("haproxy", "tls", At(haproxy.TlsAlone), haproxy.Child));
        }

        if (await peers.StunnelAsync(PortOf(bytesAt)) is { } stunnel)
        {
            tls.Add(new Subject("stunnel", "tls", At(stunnel.Port), stunnel.Child, bytes));
        }

        Shape[] tlsShapes = [.. (harness.IsSmoke ? TlsSizes.Take(1) : TlsSizes).Select(Shape.Busy)];
        await Generator.RunAllAsync(harness, TlsRelays, placement, tls, tlsShapes);
        await Generator.RunAllAsync(harness, TlsHandshakes, placement,
            ConnectScenarios.Visiting(handshakes, "open"), [ConnectScenarios.Visits]);
        await RunRequestsAsync(harness, bed, peers, new Subject("npfast plain", "plain", packetsAt, packets));
    }

    private static async Task<List<Subject>> TcpSubjectsAsync(
        Bed bed, PeerSet peers, PeerSet.Haproxy? haproxy, Child upstream, string upstreamAt)
    {
        (Child raw, string rawAt) = await bed.RawRelayAsync(upstreamAt);
        (Child plain, string plainAt) = await bed.ForwardingAsync("npfast plain", "plain", upstreamAt);
        List<Subject> subjects =
        [
            new Subject("raw", "plain", rawAt, raw, upstream),
            new Subject("npfast plain", "plain", plainAt, plain, upstream),
        ];
        if (haproxy is not null)
        {
            subjects.Add(new Subject("haproxy", "plain", At(haproxy.Tcp), haproxy.Child, upstream));
            int port = PortOf(upstreamAt);
            PeerSet.Haproxy large = (await peers.HaproxyAsync(port, port, largeBuffers: true))!;
            subjects.Add(new Subject("haproxy 64k", "plain", At(large.Tcp), large.Child, upstream));
        }

        if (await peers.NginxAsync(PortOf(upstreamAt)) is { } nginx)
        {
            subjects.Add(new Subject("nginx", "plain", At(nginx.Port), nginx.Child, upstream));
        }

        if (await peers.SocatAsync(PortOf(upstreamAt)) is { } socat)
        {
            subjects.Add(new Subject("socat", "plain", At(socat.Port), socat.Child, upstream));
        }

        return subjects;
    }

    // Redis brings its own load: 16 connections with 64 requests in flight as ours.
    private static async Task RunRequestsAsync(Harness harness, Bed bed, PeerSet peers, Subject npfast)
    {
        string? benchmark = peers.Find("redis-benchmark");
        (Child Child, int Port)? redis = await peers.RedisAsync();
        (Child server, string at) = await bed.NpfastAsync(npfast.Name, Part.Relay, "plain");
        Subject placed = npfast with { Relay = server, Target = at };
        for (int round = 1; round <= harness.Rounds; round++)
        {
            Harness.Say($"{Requests}, {bed.Placement}, round {round} of {harness.Rounds}");
            Shape shape = Shape.Busy(64);
            await harness.TryAsync($"{Requests}, {placed.Name}", async () =>
                harness.Measurements.Add(Generator.KeyOf(Requests, bed.Placement, placed.Name, shape),
                    await Generator.RunAsync(harness, bed.Placement, placed, shape, harness.Seconds)));
            if (redis is { } running && benchmark is not null)
            {
                await harness.TryAsync($"{Requests}, redis", async () =>
                    harness.Measurements.Add(Generator.KeyOf(Requests, bed.Placement, "redis", shape),
                        await RedisBenchmark.RunAsync(
                            benchmark, bed.Placement, running.Child, running.Port, harness.IsSmoke)));
            }
        }
    }

    private static async Task RunIdleAsync(Harness harness, string certificate)
    {
        using var bed = new Bed(harness, Placement.Free);
        (_, string bytesAt) = await bed.RawEchoAsync(Part.Upstream);
        var peers = new PeerSet(harness, bed, certificate);
        if (await peers.HaproxyAsync(PortOf(bytesAt), PortOf(bytesAt)) is { } haproxy)
        {
            await IdleScenario.MeasureAsync(
                harness, IdleScenario.NameOfPeers, new Subject("haproxy", "raw", At(haproxy.TcpAlone), haproxy.Child));
            await IdleScenario.MeasureAsync(
                harness, IdleScenario.NameOfPeers,
                new Subject("haproxy TLS", "tls", At(haproxy.TlsAlone), haproxy.Child));
        }
    }

    private static string At(int port) => $"tcp://127.0.0.1:{port}";

    private static int PortOf(string target) =>
        int.Parse(target[(target.LastIndexOf(':') + 1)..], CultureInfo.InvariantCulture);
}
