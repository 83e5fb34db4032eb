using System.Collections.Generic;

namespace NetworkProtocol.Fast.Diagnostics;

/// <summary>All metrics, as docs/OBSERVABILITY.md lists them.</summary>
internal static class Metrics
{
    internal const string MeterName = "NetworkProtocol.Fast";

    private const MetricKind Counter = MetricKind.Counter;
    private const MetricKind Gauge = MetricKind.Gauge;

    private static readonly List<MetricDefinition> Defined = [];

    internal static IReadOnlyList<MetricDefinition> All => Defined;

    internal static MetricDefinition Connections { get; } = Define(Gauge, "npfast.connections", "{connection}",
        "Client connections by state: opening, open, draining or closing", "listener", "state");

    internal static MetricDefinition ConnectionsAccepted { get; } = Define(Counter, "npfast.connections.accepted",
        "{connection}", "Client connections accepted", "listener");

    internal static MetricDefinition ConnectionsRefused { get; } = Define(Counter, "npfast.connections.refused",
        "{connection}", "Client connections closed at once: a limit or the memory was reached, or their process is not "
        + "allowed", "listener");

    internal static MetricDefinition ConnectionsClosed { get; } = Define(Counter, "npfast.connections.closed",
        "{connection}", "Client connections that ended, by why", "listener", "reason");

    internal static MetricDefinition Handshakes { get; } = Define(Counter, "npfast.handshakes", "{handshake}",
        "Openings of sessions by outcome: established, or why the connection ended before", "listener", "outcome");

    internal static MetricDefinition HandshakesUnderWay { get; } = Define(Gauge, "npfast.handshakes.under_way",
        "{handshake}", "Handshakes of secure sessions under way");

    internal static MetricDefinition HandshakesRefused { get; } = Define(Counter, "npfast.handshakes.refused",
        "{handshake}", "Handshakes of secure sessions refused by limits or the replay guard, by why", "reason");

    internal static MetricDefinition Packets { get; } = Define(Counter, "npfast.packets", "{packet}",
        "Packets from (in) and to (out) clients", "listener", "direction");

    internal static MetricDefinition Bytes { get; } = Define(Counter, "npfast.transferred", "By",
        "Bytes from (in) and to (out) clients, as they are on the wire", "listener", "direction");

    internal static MetricDefinition Requests { get; } = Define(Counter, "npfast.requests", "{request}",
        "Requests that ended, by outcome: ok, or the code of the Error", "route", "outcome");

    internal static MetricDefinition OneWayPackets { get; } = Define(Counter, "npfast.one_way_packets", "{packet}",
        "Packets taken that want no reply", "route");

    internal static MetricDefinition RequestDuration { get; } = Define(MetricKind.Histogram,
        "npfast.request.duration", "s", "Time from the reading of a request to its reply", "route");

    internal static MetricDefinition SendQueue { get; } = Define(Gauge, "npfast.send_queue", "By",
        "Bytes that wait to be sent to clients", "listener");

    internal static MetricDefinition SendQueueLargest { get; } = Define(Gauge, "npfast.send_queue.largest", "By",
        "Bytes that wait to be sent to the client with the most", "listener");

    internal static MetricDefinition ReadPauses { get; } = Define(Counter, "npfast.read.pauses", "{pause}",
        "Times a connection was not read on because a destination was full");

    internal static MetricDefinition MemoryWaits { get; } = Define(Counter, "npfast.memory.waits", "{wait}",
        "Times a connection waited because the memory limit was reached");

    internal static MetricDefinition Drops { get; } = Define(Counter, "npfast.dropped", "{item}",
        "What was dropped, by reason: late_reply, client_gone (replies), slow_consumer (connections), the code of the "
        + "Error that a request would have got (one-way packets)", "reason");

    internal static MetricDefinition PoolLimit { get; } = Define(Gauge, "npfast.pool.limit", "By",
        "Most bytes of buffers");

    internal static MetricDefinition PoolCommitted { get; } = Define(Gauge, "npfast.pool.committed", "By",
        "Bytes of buffers taken from the system, in use or free");

    internal static MetricDefinition PoolLeased { get; } = Define(Gauge, "npfast.pool.leased", "By",
        "Bytes of buffers in use");

    internal static MetricDefinition PoolRefusals { get; } = Define(Counter, "npfast.pool.refusals", "{block}",
        "Times a buffer was asked for and there was none");

    internal static MetricDefinition CompressionInput { get; } = Define(Counter, "npfast.compression.input", "By",
        "Bytes of payloads that were compressed here", "codec");

    internal static MetricDefinition CompressionOutput { get; } = Define(Counter, "npfast.compression.output", "By",
        "Bytes that they became", "codec");

    internal static MetricDefinition CompressionRatio { get; } = Define(Gauge, "npfast.compression", "1",
        "Output for input of all payloads compressed here; 1 before the first", "codec");

    internal static MetricDefinition UpstreamLinks { get; } = Define(Gauge, "npfast.upstream.links", "{connection}",
        "Connections to an upstream's node by state: live, leaving or down", "upstream", "node", "state");

    internal static MetricDefinition UpstreamInFlight { get; } = Define(Gauge, "npfast.upstream.in_flight",
        "{request}", "Requests that wait for a reply of a node", "upstream", "node");

    internal static MetricDefinition UpstreamConnects { get; } = Define(Counter, "npfast.upstream.connects",
        "{connection}", "Attempts to connect to a node by outcome: established or failed", "upstream", "node",
        "outcome");

    internal static MetricDefinition UpstreamLost { get; } = Define(Counter, "npfast.upstream.lost", "{connection}",
        "Established connections to a node that were lost", "upstream", "node");

    internal static MetricDefinition UpstreamReconnects { get; } = Define(Counter, "npfast.upstream.reconnects",
        "{connection}", "Connections to a node made again after one was lost", "upstream", "node");

    internal static MetricDefinition UpstreamBreaker { get; } = Define(Gauge, "npfast.upstream.breaker", "{node}",
        "1 for the state of a node's circuit breaker, else 0: closed, half_open or open", "upstream", "node", "state");

    internal static MetricDefinition UpstreamPackets { get; } = Define(Counter, "npfast.upstream.packets",
        "{packet}", "Packets from (in) and to (out) a node", "upstream", "node", "direction");

    internal static MetricDefinition UpstreamBytes { get; } = Define(Counter, "npfast.upstream.transferred", "By",
        "Bytes from (in) and to (out) a node, as they are on the wire", "upstream", "node", "direction");

    internal static MetricDefinition UpstreamSendQueue { get; } = Define(Gauge, "npfast.upstream.send_queue", "By",
        "Bytes that wait to be sent to a node", "upstream", "node");

    internal static MetricDefinition Draining { get; } = Define(Gauge, "npfast.draining", "{server}",
        "1 while the server lets its connections end and takes no new ones, else 0");

    internal static MetricDefinition LogLinesLost { get; } = Define(Counter, "npfast.log.lines_lost", "{line}",
        "Lines that the log file did not get");

    internal static MetricDefinition BuildInfo { get; } = Define(Gauge, "npfast.build_info", "{process}",
        "Always 1; its labels say what runs", "app", "version");

    internal static MetricDefinition ProcessCpu { get; } = Define(Counter, "process.cpu", "s",
        "Processor time of the process, user and system");

    internal static MetricDefinition ProcessResident { get; } = Define(Gauge, "process.resident_memory", "By",
        "Resident memory of the process");

    internal static MetricDefinition ProcessStart { get; } = Define(Gauge, "process.start_time", "s",
        "When the process started, in seconds since 1970");

    internal static MetricDefinition ProcessDescriptors { get; } = Define(Gauge, "process.open_fds", "{descriptor}",
        "Open file descriptors of the process");

    internal static MetricDefinition ManagedHeap { get; } = Define(Gauge, "npfast.managed_heap", "By",
        "Bytes on the managed heap");

    internal static MetricDefinition Collections { get; } = Define(Counter, "npfast.gc.collections", "{collection}",
        "Garbage collections by generation", "generation");

    private static MetricDefinition Define(
        MetricKind kind, string name, string unit, string help, params string[] labels)
    {
        var made = new MetricDefinition(kind, name, unit, help, labels);
        Defined.Add(made);
        return made;
    }
}
