using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Diagnostics;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Relay.Forwarding;
using NetworkProtocol.Fast.Server;

namespace NetworkProtocol.Fast.Relay.Admin;

/// <summary>Makes the reports out of the metrics and of what runs.</summary>
internal sealed class StatusBuilder(AdminContext context)
{
    internal const string Starting = "starting";
    internal const string Ready = "ready";
    internal const string Degraded = "degraded";
    internal const string Draining = "draining";

    private readonly PacketServer server = context.Node.Server;

    /// <summary>Starting until the listeners are open, draining, degraded when there are upstreams and none of them can
    /// be reached, else ready.</summary>
    internal string State
    {
        get
        {
            if (server.IsDraining)
            {
                return Draining;
            }

            if (server.Endpoints.Count == 0)
            {
                return Starting;
            }

            IEnumerable<UpstreamGroup> groups = context.Node.Upstreams.Values;
            return !groups.Any() || groups.Any(static g => g.Links.Any(static l => l.Live is not null))
                ? Ready
                : Degraded;
        }
    }

    internal ReadyReport ReadyNow()
    {
        string state = State;
        return new ReadyReport(state == Ready, state, context.Node.Upstreams.ToDictionary(
            static g => g.Key,
            static g => new UpstreamHealth(g.Value.Links.Count(static l => l.Live is not null), g.Value.Links.Count)));
    }

    internal StatusReport StatusNow()
    {
        MetricSnapshot now = context.Runtime.Metrics.Collect();
        return new StatusReport
        {
            App = context.Logging.AppName,
            Version = context.Version,
            State = State,
            NowUnixMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(),
            UptimeSeconds = (DateTimeOffset.UtcNow - context.Started).TotalSeconds,
            Now = History.TotalsOf(now),
            Process = new ProcessUsage(Environment.ProcessId, now.Sum(Metrics.ProcessCpu),
                now.Sum(Metrics.ProcessResident), now.Sum(Metrics.ManagedHeap), now.Sum(Metrics.ProcessDescriptors),
                Environment.ProcessorCount),
            Pool = new PoolReport(now.Sum(Metrics.PoolLimit), now.Sum(Metrics.PoolCommitted),
                now.Sum(Metrics.PoolLeased), now.Sum(Metrics.PoolRefusals)),
            Listeners = Listeners(now),
            Nodes = Nodes(now),
            Routes = Routes(now),
            Limits = Limits(),
            Events = Events(now),
            LogLevel = LevelName(context.Levels.Level),
            NeedsRestart = context.NeedsRestart(),
        };
    }

    /// <summary>The oldest connections, at most as many as asked for.</summary>
    internal ConnectionsReport ConnectionsNow(int countMax)
    {
        var found = new List<PeerLink>();
        server.Links.ForEach(found.Add);
        return new ConnectionsReport(found.Count,
        [
            .. found.OrderBy(static l => l.Connection.Id).Take(countMax).Select(Describe),
        ]);
    }

    internal LogLevelReport LevelsNow() => new(LevelName(context.Levels.Level),
        context.Levels.Categories.ToDictionary(static c => c.Key, static c => LevelName(c.Value)));

    internal static string LevelName(Microsoft.Extensions.Logging.LogLevel level) =>
        level.ToString().ToLowerInvariant();

    private static ConnectionReport Describe(PeerLink link)
    {
        LinkTraffic traffic = link.Traffic;
        return new ConnectionReport
        {
            Id = link.Connection.Id,
            Remote = link.Connection.Remote.ToString(),
            Listener = link.Totals?.Label ?? string.Empty,
            Peer = ServerSink.NameOf(link),
            Key = link.Identity?.Fingerprint.ToString(),
            Subject = link.Identity?.Certificate?.Subject,
            Names = link.Identity?.Certificate?.AlternativeNames,
            ProcessId = link.Connection.Credentials?.ProcessId,
            UserId = link.Connection.Credentials?.UserId,
            GroupId = link.Connection.Credentials?.GroupId,
            Session = ServerSink.SessionOf(link),
            State = ListenerLook.StateOf(link),
            Software = link.IsEstablished ? link.Settings.PeerSoftware : string.Empty,
            AgeMs = link.AgeMs,
            PacketsIn = traffic.PacketsReceived,
            PacketsOut = traffic.PacketsSent,
            BytesIn = traffic.BytesReceived,
            BytesOut = traffic.BytesSent,
            InFlight = link.RequestsInFlight,
            QueuedBytes = link.QueuedBytes,
        };
    }

    private static List<ListenerReport> Listeners(MetricSnapshot now) =>
    [
        .. now[Metrics.ConnectionsAccepted].Select(static s => s.Labels[0]).Select(label => new ListenerReport(
            label, now.Sum(Metrics.Connections, label), now.Sum(Metrics.ConnectionsAccepted, label),
            now.Sum(Metrics.ConnectionsRefused, label), now.Sum(Metrics.Packets, label, "in"),
            now.Sum(Metrics.Packets, label, "out"), now.Sum(Metrics.Bytes, label, "in"),
            now.Sum(Metrics.Bytes, label, "out"), now.Sum(Metrics.SendQueue, label))),
    ];

    private static List<NodeReport> Nodes(MetricSnapshot now) =>
    [
        .. now[Metrics.UpstreamInFlight].Select(static s => (Upstream: s.Labels[0], Node: s.Labels[1])).Select(n =>
        {
            Dictionary<string, double> states = now.ByLast(Metrics.UpstreamLinks, n.Upstream, n.Node);
            Dictionary<string, double> connects = now.ByLast(Metrics.UpstreamConnects, n.Upstream, n.Node);
            Dictionary<string, double> packets = now.ByLast(Metrics.UpstreamPackets, n.Upstream, n.Node);
            Dictionary<string, double> bytes = now.ByLast(Metrics.UpstreamBytes, n.Upstream, n.Node);
            string? breaker = now.ByLast(Metrics.UpstreamBreaker, n.Upstream, n.Node)
                .FirstOrDefault(static b => b.Value > 0).Key;
            return new NodeReport(n.Upstream, n.Node, breaker ?? NodeReport.Removed, states[UpstreamLink.StateLive],
                states[UpstreamLink.StateLeaving], states[UpstreamLink.StateDown],
                now.Sum(Metrics.UpstreamInFlight, n.Upstream, n.Node), connects["established"], connects["failed"],
                now.Sum(Metrics.UpstreamLost, n.Upstream, n.Node), packets["in"], packets["out"], bytes["in"],
                bytes["out"], now.Sum(Metrics.UpstreamSendQueue, n.Upstream, n.Node));
        }),
    ];

    private List<RouteReport> Routes(MetricSnapshot now)
    {
        var targets = new Dictionary<string, string>(StringComparer.Ordinal) { ["ECHO"] = "echo", ["PING"] = "ping" };
        foreach (RouteOptions route in context.Options().Routes)
        {
            targets[route.Match.ToString()] = route.Target;
        }

        // Those that are configured, and those that were and have counts.
        var reports = new List<RouteReport>();
        foreach (string match in now[Metrics.Requests].Select(static s => s.Labels[0]).Distinct())
        {
            Dictionary<string, double> outcomes = now.ByLast(Metrics.Requests, match);
            double requests = outcomes.Values.Sum();
            double oneWay = now.Sum(Metrics.OneWayPackets, match);
            long[] durations = now.Buckets(Metrics.RequestDuration, match);
            bool isConfigured = targets.TryGetValue(match, out string? target);
            if (isConfigured || requests > 0 || oneWay > 0)
            {
                reports.Add(new RouteReport(match, target ?? string.Empty, requests,
                    requests - outcomes.GetValueOrDefault("ok"), oneWay, SnapshotSums.Percentile(durations, 0.5),
                    SnapshotSums.Percentile(durations, 0.99), outcomes, durations));
            }
        }

        return reports;
    }

    private static Dictionary<string, double> Events(MetricSnapshot now)
    {
        var events = new Dictionary<string, double>(StringComparer.Ordinal)
        {
            ["read_pauses"] = now.Sum(Metrics.ReadPauses),
            ["memory_waits"] = now.Sum(Metrics.MemoryWaits),
        };
        foreach ((string reason, double count) in now.ByLast(Metrics.Drops))
        {
            events["dropped_" + reason] = count;
        }

        foreach ((string reason, double count) in now.ByLast(Metrics.ConnectionsClosed))
        {
            events["closed_" + reason] = count;
        }

        foreach ((string reason, double count) in now.ByLast(Metrics.HandshakesRefused).Where(static r => r.Value > 0))
        {
            events["handshake_refused_" + reason] = count;
        }

        return events;
    }

    private List<LimitReport> Limits()
    {
        RelayOptions options = context.Options();
        LinkOptions link = options.Server.Link;
        return
        [
            new LimitReport("connections", Text(options.Server.ConnectionsMax)),
            new LimitReport("requests in flight of one client", Text(link.RequestsInFlightMax)),
            new LimitReport("largest payload, bytes", Text(link.PayloadBytesMax)),
            new LimitReport("handshake, seconds", Text(link.HandshakeTimeout)),
            new LimitReport("heartbeat, seconds", Text(link.HeartbeatInterval)),
            new LimitReport("slow client, seconds", Text(link.SlowPeerTimeout)),
            .. options.Upstreams.Select(static u => new LimitReport(
                $"reply of upstream {u.Name}, seconds", Text(u.RequestTimeout))),
        ];
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Text(TimeSpan value) => value.TotalSeconds.ToString(CultureInfo.InvariantCulture);
}
