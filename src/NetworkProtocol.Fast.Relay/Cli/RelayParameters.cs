using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Linq;
using Microsoft.Extensions.Logging;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Relay.Forwarding;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>The options of <c>npfast relay</c> and how they become the relay's own.</summary>
internal static class RelayParameters
{
    private static readonly LinkOptions Link = new();

    private static readonly Duration Day = new(TimeSpan.FromDays(1));

    internal static Option<IReadOnlyList<Endpoint>> Listen { get; } = Default(
        Parameters.Repeatable<Endpoint>(
            "--listen", "URI",
            "Where to listen: tcp://HOST:PORT, tls://HOST:PORT, unix:///PATH, unix://@NAME or pipe://NAME; "
            + "repeatable",
            ValueParsers.Uri),
        Endpoint.Tcp("127.0.0.1", 9000));

    internal static Option<IReadOnlyList<UpstreamOptions>> Upstreams { get; } = Parameters.Repeatable<UpstreamOptions>(
        "--upstream", "NAME=URI[,URI]", "A named group of nodes to forward to; repeatable", UpstreamParser.Parse);

    internal static Option<IReadOnlyList<RouteOptions>> Routes { get; } = Parameters.Repeatable<RouteOptions>(
        "--route", "MATCH=NAME",
        "Sends a name, prefix.*, *, a number or a range to an upstream, echo or ping; repeatable", RouteParser.Parse);

    internal static Option<LogLevel> Level { get; } = Parameters.Option(
        "--log-level", "LEVEL", "trace, debug, information, warning, error, critical or none",
        ValueParsers.Level, LogLevel.Information);

    internal static Option<int> ConnectionsMax { get; } = Parameters.Option(
        "--max-connections", "N", "Most client connections at a time", ValueParsers.Integer(1, 1 << 20), 10_000);

    internal static Option<ByteSize> MemoryLimit { get; } = Parameters.Option(
        "--memory-limit", "SIZE", "Most memory for buffers",
        ValueParsers.SizeOf(new ByteSize(1 << 20), new ByteSize(1L << 40)),
        new ByteSize(LinkRuntime.MemoryLimitBytesDefault));

    internal static Option<Duration> ShutdownTimeout { get; } = Parameters.Option(
        "--shutdown-timeout", "TIME", "Time to let requests under way end when stopping",
        ValueParsers.DurationOf(default, Day), Duration.Seconds(10));

    internal static Option<int> InFlightMax { get; } = Parameters.Option(
        "--max-in-flight", "N", "Most unanswered requests of one client",
        ValueParsers.Integer(1, 1 << 20), Link.RequestsInFlightMax);

    internal static Option<Duration> RequestTimeout { get; } = Parameters.Option(
        "--timeout", "TIME", "Time for an upstream to answer a request",
        ValueParsers.DurationOf(Duration.Milliseconds(1), Day), Duration.Seconds(30));

    internal static Option<Duration> SlowClientTimeout { get; } = Parameters.Option(
        "--slow-client-timeout", "TIME", "A client that reads nothing for this long is closed",
        ValueParsers.DurationOf(Duration.Milliseconds(100), Day), new Duration(Link.SlowPeerTimeout));

    internal static Option<Duration> Heartbeat { get; } = Parameters.Option(
        "--heartbeat", "TIME", "Quiet time before a ping; three of them without a byte and the peer is dead",
        ValueParsers.DurationOf(Duration.Milliseconds(100), Duration.Seconds(3600)),
        new Duration(Link.HeartbeatInterval));

    internal static Option<Duration> HandshakeTimeout { get; } = Parameters.Option(
        "--handshake-timeout", "TIME", "Time for a client to open its session",
        ValueParsers.DurationOf(Duration.Milliseconds(100), Duration.Seconds(3600)),
        new Duration(Link.HandshakeTimeout));

    internal static Option<ByteSize> PayloadMax { get; } = Parameters.Option(
        "--max-payload", "SIZE", "Largest payload accepted",
        ValueParsers.SizeOf(new ByteSize(1 << 10), new ByteSize(16 << 20)), new ByteSize(Link.PayloadBytesMax));

    internal static Option<int> LinksPerNode { get; } = Parameters.Option(
        "--links", "N", "Connections to each upstream node", ValueParsers.Integer(1, 256), 2);

    internal static void AddTo(Command command)
    {
        Option[] options =
        [
            Listen, SharedOptions.Session, Upstreams, Routes, SharedOptions.Workers, Level, ConnectionsMax, MemoryLimit,
            ShutdownTimeout, InFlightMax, RequestTimeout, SlowClientTimeout, Heartbeat, HandshakeTimeout, PayloadMax,
            SharedOptions.Compression, LinksPerNode, .. LocalParameters.All, .. RelaySecurityParameters.All,
            .. RelayTlsParameters.All,
            .. LoggingParameters.All, .. AdminParameters.All,
        ];
        foreach (Option option in options)
        {
            command.Add(option);
        }
    }

    /// <summary>The relay's options but for keys and trust, which <see cref="RelaySecurity"/> adds.</summary>
    /// <exception cref="UsageException">The options contradict each other.</exception>
    internal static RelayOptions ToOptions(ParseResult parsed)
    {
        LocalParameters.RequireUse(parsed, parsed.GetValue(Listen)!);
        var options = new RelayOptions
        {
            Server = new ServerOptions
            {
                Listeners =
                [
                    .. parsed.GetValue(Listen)!.Select(endpoint => LocalParameters.Apply(
                        parsed, new ServerListener(endpoint) { Session = parsed.GetValue(SharedOptions.Session) })),
                ],
                ConnectionsMax = parsed.GetValue(ConnectionsMax),
                Link = LinkOf(parsed, new LinkOptions
                {
                    Software = "npfast relay",
                    HandshakeTimeout = parsed.GetValue(HandshakeTimeout).Span,
                }),
            },
            Upstreams = UpstreamsOf(parsed),
            Routes = parsed.GetValue(Routes) ?? [],
        };
        try
        {
            return RelaySecurityParameters.Apply(parsed, RelayTlsParameters.Apply(parsed, options.ValidateRoutes()));
        }
        catch (ArgumentException e)
        {
            throw new UsageException(e.Message);
        }
    }

    private static List<UpstreamOptions> UpstreamsOf(ParseResult parsed)
    {
        var upstreams = new List<UpstreamOptions>();
        foreach (UpstreamOptions upstream in parsed.GetValue(Upstreams) ?? [])
        {
            upstreams.Add(upstream with
            {
                LinksPerNode = parsed.GetValue(LinksPerNode),
                RequestTimeout = parsed.GetValue(RequestTimeout).Span,
                Link = LinkOf(parsed, upstream.Link),
            });
        }

        return upstreams;
    }

    private static LinkOptions LinkOf(ParseResult parsed, LinkOptions link) => link with
    {
        PayloadBytesMax = (int)parsed.GetValue(PayloadMax).Bytes,
        HeartbeatInterval = parsed.GetValue(Heartbeat).Span,
        SlowPeerTimeout = parsed.GetValue(SlowClientTimeout).Span,
        RequestsInFlightMax = parsed.GetValue(InFlightMax),
        Compression = parsed.GetValue(SharedOptions.Compression) ?? CompressionOptions.None,
    };

    private static Option<IReadOnlyList<T>> Default<T>(Option<IReadOnlyList<T>> option, T value)
    {
        option.DefaultValueFactory = _ => [value];
        return option;
    }
}
