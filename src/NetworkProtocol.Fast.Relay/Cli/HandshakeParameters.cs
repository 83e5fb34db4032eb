using System.Collections.Generic;
using System.CommandLine;
using NetworkProtocol.Fast.Session;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>The options of <c>npfast relay</c> that bound handshakes of secure sessions.</summary>
internal static class HandshakeParameters
{
    private static readonly HandshakeLimitOptions Limits = new();
    private static readonly ReplayOptions Replay = new();

    internal static Option<int> UnderWayMax { get; } = Parameters.Option(
        "--max-handshakes", "N", "Most handshakes under way at a time",
        ValueParsers.Integer(1, HandshakeLimitOptions.UnderWayLimit), Limits.UnderWayMax);

    internal static Option<int> PerAddressMax { get; } = Parameters.Option(
        "--max-handshakes-per-address", "N",
        "Most of them from one IPv4 address or IPv6 /64; raise it behind a proxy, where all clients have its address",
        ValueParsers.Integer(1, HandshakeLimitOptions.UnderWayLimit), Limits.PerAddressMax);

    internal static Option<Duration> ClockBehind { get; } = Parameters.Option(
        "--clock-behind", "TIME", "How far a client's clock may be behind",
        ValueParsers.DurationOf(Duration.Seconds(1), new Duration(ReplayOptions.WindowMax)),
        new Duration(Replay.Past));

    internal static Option<Duration> ClockAhead { get; } = Parameters.Option(
        "--clock-ahead", "TIME", "How far a client's clock may be ahead",
        ValueParsers.DurationOf(default, new Duration(ReplayOptions.WindowMax)), new Duration(Replay.Ahead));

    internal static Option<int> RememberedMax { get; } = Parameters.Option(
        "--max-remembered-handshakes", "N", "Handshakes that are remembered, against replays, at 52 bytes each",
        ValueParsers.Integer(ReplayOptions.CapacityMin, ReplayOptions.CapacityMax), Replay.Capacity);

    /// <summary>Those that TLS listeners have as well.</summary>
    internal static IReadOnlyList<Option> OfAll { get; } = [UnderWayMax, PerAddressMax];

    /// <summary>Those of secure sessions alone.</summary>
    internal static IReadOnlyList<Option> OfSecure { get; } = [ClockBehind, ClockAhead, RememberedMax];

    internal static HandshakeLimitOptions LimitsOf(ParseResult parsed) => new()
    {
        UnderWayMax = parsed.GetValue(UnderWayMax),
        PerAddressMax = parsed.GetValue(PerAddressMax),
    };

    internal static SecureServerOptions Apply(ParseResult parsed, SecureServerOptions options) => options with
    {
        Limits = LimitsOf(parsed),
        Replay = new ReplayOptions
        {
            Past = parsed.GetValue(ClockBehind).Span,
            Ahead = parsed.GetValue(ClockAhead).Span,
            Capacity = parsed.GetValue(RememberedMax),
        },
    };
}
