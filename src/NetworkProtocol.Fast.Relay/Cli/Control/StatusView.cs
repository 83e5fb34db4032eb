using System.Collections.Generic;
using System.Linq;
using NetworkProtocol.Fast.Relay.Admin;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace NetworkProtocol.Fast.Relay.Cli.Control;

/// <summary>Reports as tables for a terminal. What a peer calls itself never steers it.</summary>
internal static class StatusView
{
    /// <summary>A relay now.</summary>
    /// <param name="status">The report.</param>
    /// <param name="before">One from a while before, for rates; null shows counts only.</param>
    internal static IRenderable Of(StatusReport status, StatusReport? before)
    {
        var rows = new List<IRenderable>
        {
            Line($"{status.App} {status.Version.Split('+')[0]}: {status.State}, up {Units.Age(status.UptimeSeconds)}, "
                + $"log level {status.LogLevel}, process {status.Process.Id}"),
            Line(Summary(status, before)),
            Listeners(status),
        };
        if (status.Nodes.Count > 0)
        {
            rows.Add(Nodes(status));
        }

        if (status.Routes.Count > 0)
        {
            rows.Add(Routes(status, before));
        }

        string events = string.Join(", ",
            status.Events.Where(static e => e.Value > 0).Select(static e => $"{e.Key} {Units.Count(e.Value)}"));
        rows.Add(Line(events.Length == 0 ? "no pauses, waits or drops" : $"since the start: {events}"));
        rows.AddRange(status.NeedsRestart.Select(static change => Line($"needs a restart: {change}")));
        return new Rows(rows);
    }

    internal static IRenderable Of(ConnectionsReport report)
    {
        Table table = Make("id", "remote", "listener", "peer", "session", "state", "software", "#age", "#packets in",
            "#out", "#bytes in", "#out", "#in flight", "#waiting");
        foreach (ConnectionReport c in report.Connections)
        {
            Add(table, Units.Count(c.Id), RemoteOf(c), c.Listener, c.Peer, c.Session, c.State, c.Software,
                Units.Age(c.AgeMs / 1000.0), Units.Count(c.PacketsIn), Units.Count(c.PacketsOut),
                Units.Bytes(c.BytesIn), Units.Bytes(c.BytesOut), Units.Count(c.InFlight), Units.Bytes(c.QueuedBytes));
        }

        // Too long for a column, and few clients have one.
        return new Rows(
            [table, .. report.Connections.Where(static c => c.Key is not null).Select(static c => Line(ProofOf(c)))]);
    }

    private static string RemoteOf(ConnectionReport c) =>
        c.ProcessId is null ? c.Remote : $"{c.Remote} (pid {c.ProcessId} uid {c.UserId} gid {c.GroupId})";

    private static string ProofOf(ConnectionReport c)
    {
        IEnumerable<string?> proofs = [c.Key, c.Subject, .. (c.Names ?? []).Where(name => name != c.Peer)];
        return $"{c.Id} {c.Peer}: {string.Join(", ", proofs.Where(proof => proof is not null && proof != c.Peer))}";
    }

    private static string Summary(StatusReport status, StatusReport? before)
    {
        string memory = $"memory {Units.Bytes(status.Process.ResidentBytes)}, "
            + $"buffers {Units.Bytes(status.Pool.LeasedBytes)} of {Units.Bytes(status.Pool.LimitBytes)}";
        Totals now = status.Now;
        if (before is null || now.UnixMs <= before.Now.UnixMs)
        {
            return $"{Units.Count(now.Connections)} connections, {Units.Count(now.Requests)} requests, "
                + $"{Units.Count(now.Errors)} errors, in {Units.Bytes(now.BytesIn)}, out {Units.Bytes(now.BytesOut)}, "
                + memory;
        }

        double seconds = (now.UnixMs - before.Now.UnixMs) / 1000.0;
        long[] between = [.. now.Durations.Zip(before.Now.Durations, static (a, b) => a - b)];
        return $"{Units.Count(now.Connections)} connections, "
            + $"{Units.Count((now.Requests - before.Now.Requests) / seconds)} requests/s, "
            + $"{Units.Count((now.Errors - before.Now.Errors) / seconds)} errors/s, "
            + $"p50 {Units.Seconds(SnapshotSums.Percentile(between, 0.5))}, "
            + $"p99 {Units.Seconds(SnapshotSums.Percentile(between, 0.99))}, "
            + $"in {Units.Bytes((now.BytesIn - before.Now.BytesIn) / seconds)}/s, "
            + $"out {Units.Bytes((now.BytesOut - before.Now.BytesOut) / seconds)}/s, "
            + $"processor {(now.CpuSeconds - before.Now.CpuSeconds) / seconds:P0}, {memory}";
    }

    private static Table Listeners(StatusReport status)
    {
        Table table = Make("listener", "#connections", "#accepted", "#refused", "#packets in", "#out", "#bytes in",
            "#out", "#waiting");
        foreach (ListenerReport l in status.Listeners)
        {
            Add(table, l.Endpoint, Units.Count(l.Connections), Units.Count(l.Accepted), Units.Count(l.Refused),
                Units.Count(l.PacketsIn), Units.Count(l.PacketsOut), Units.Bytes(l.BytesIn), Units.Bytes(l.BytesOut),
                Units.Bytes(l.QueuedBytes));
        }

        return table;
    }

    private static Table Nodes(StatusReport status)
    {
        Table table = Make("upstream", "node", "breaker", "#live", "#in flight", "#connects", "#failed", "#lost",
            "#bytes in", "#out", "#waiting");
        foreach (NodeReport n in status.Nodes)
        {
            Add(table, n.Upstream, n.Endpoint, n.Breaker.Replace('_', ' '),
                $"{n.Live:0} of {n.Live + n.Leaving + n.Down:0}", Units.Count(n.InFlight), Units.Count(n.Established),
                Units.Count(n.Failed), Units.Count(n.Lost), Units.Bytes(n.BytesIn), Units.Bytes(n.BytesOut),
                Units.Bytes(n.QueuedBytes));
        }

        return table;
    }

    private static Table Routes(StatusReport status, StatusReport? before)
    {
        Table table = Make("route", "to", "#requests", "#per second", "#errors", "#one-way", "#p50", "#p99");
        foreach (RouteReport r in status.Routes)
        {
            RouteReport? old = before?.Routes.FirstOrDefault(o => o.Match == r.Match);
            double seconds = before is null ? 0 : (status.NowUnixMs - before.NowUnixMs) / 1000.0;
            long[] durations = old is null ? r.Durations : [.. r.Durations.Zip(old.Durations, static (a, b) => a - b)];
            Add(table, r.Match, r.Target, Units.Count(r.Requests),
                old is null || seconds <= 0 ? "-" : Units.Count((r.Requests - old.Requests) / seconds),
                Units.Count(r.Errors), Units.Count(r.OneWay), Units.Seconds(SnapshotSums.Percentile(durations, 0.5)),
                Units.Seconds(SnapshotSums.Percentile(durations, 0.99)));
        }

        return table;
    }

    // A name that begins with # is that of numbers.
    private static Table Make(params string[] columns)
    {
        Table table = new Table().Border(TableBorder.Simple);
        foreach (string column in columns)
        {
            bool isNumber = column[0] == '#';
            var made = new TableColumn(new Text(column.TrimStart('#'))) { NoWrap = true };
            table.AddColumn(isNumber ? made.RightAligned() : made);
        }

        return table;
    }

    private static void Add(Table table, params string[] cells) =>
        table.AddRow(cells.Select(static c => (IRenderable)new Text(OneLine.Of(c))));

    internal static Text Line(string text) => new(OneLine.Of(text));
}
