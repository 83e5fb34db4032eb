using NetworkProtocol.Fast.Session;

namespace NetworkProtocol.Fast.Configuration;

/// <summary>Keys of [limits]: what a relay takes at most.</summary>
internal static class LimitKeys
{
    private const string Name = "limits";
    private static readonly LinkOptions Link = new();
    private static readonly HandshakeLimitOptions Handshake = new();
    private static readonly ReplayOptions Replay = new();

    internal static ConfigurationKey<ByteSize> Memory { get; } = new(
        Name, "memory", ValueParsers.SizeOf(KeyForms.MiB(1), new ByteSize(1L << 40)), KeyForms.MiB(256))
    {
        Doc = "Most memory for buffers",
        ValueName = "SIZE",
        Form = ValueForm.Size,
        Range = KeyForms.Words(KeyForms.MiB(1), new ByteSize(1L << 40)),
        Flag = "--memory-limit",
        Effect = ChangeEffect.Restart,
    };

    internal static ConfigurationKey<int> Workers { get; } = new(
        Name, "workers", ValueParsers.Integer(0, 1024), 0)
    {
        Doc = "Threads that handle sockets; 0 takes one for each processor",
        ValueName = "N",
        Form = ValueForm.Number,
        Range = KeyForms.Words(0, 1024),
        Flag = "--workers",
        Effect = ChangeEffect.Restart,
    };

    internal static ConfigurationKey<int> RequestsInFlight { get; } = new(
        Name, "requests_in_flight", ValueParsers.Integer(1, 1 << 20), Link.RequestsInFlightMax)
    {
        Doc = "Most unanswered requests of one client",
        ValueName = "N",
        Form = ValueForm.Number,
        Range = KeyForms.Words(1, 1 << 20),
        Flag = "--max-in-flight",
        Effect = ChangeEffect.NewConnections,
    };

    internal static ConfigurationKey<Duration> SlowClientTimeout { get; } = new(
        Name, "slow_client_timeout",
        ValueParsers.DurationOf(Duration.Milliseconds(100), KeyForms.Day),
        new Duration(Link.SlowPeerTimeout))
    {
        Doc = "A client that takes less than 16 KiB of what waits for it in this time is closed; where memory is "
            + "short, one that takes nothing for a second",
        ValueName = "TIME",
        Form = ValueForm.Time,
        Range = KeyForms.Words(Duration.Milliseconds(100), KeyForms.Day),
        Flag = "--slow-client-timeout",
        Effect = ChangeEffect.NewConnections,
    };

    internal static ConfigurationKey<Duration> MemoryWaitTimeout { get; } = new(
        Name, "memory_wait_timeout",
        ValueParsers.DurationOf(default, KeyForms.Hour),
        new Duration(Link.MemoryWaitTimeout))
    {
        Doc = "How long a client with a large packet waits for memory before it is answered Overloaded",
        ValueName = "TIME",
        Form = ValueForm.Time,
        Range = KeyForms.Words(default, KeyForms.Hour),
        Effect = ChangeEffect.NewConnections,
    };

    internal static ConfigurationKey<ByteSize> QueueLimit { get; } = new(
        Name, "queue_limit",
        ValueParsers.SizeOf(KeyForms.KiB(64), new ByteSize(1L << 40)),
        new ByteSize(Link.SendQueueLimitBytes))
    {
        Doc = "Bytes that may wait to be sent to one client; beyond it the client is closed as a slow "
            + "consumer",
        ValueName = "SIZE",
        Form = ValueForm.Size,
        Range = KeyForms.Words(KeyForms.KiB(64), new ByteSize(1L << 40)),
        Effect = ChangeEffect.NewConnections,
    };

    internal static ConfigurationKey<Duration> RequestTimeout { get; } = new(
        Name, "request_timeout",
        ValueParsers.DurationOf(Duration.Milliseconds(1), KeyForms.Day),
        Duration.Seconds(30))
    {
        Doc = "Time for an upstream to answer a request",
        ValueName = "TIME",
        Form = ValueForm.Time,
        Range = KeyForms.Words(Duration.Milliseconds(1), KeyForms.Day),
        Flag = "--timeout",
    };

    internal static ConfigurationKey<int> LinksPerNode { get; } = new(
        Name, "links_per_node", ValueParsers.Integer(1, 256), 2)
    {
        Doc = "Connections to each upstream node",
        ValueName = "N",
        Form = ValueForm.Number,
        Range = KeyForms.Words(1, 256),
        Flag = "--links",
    };

    internal static ConfigurationKey<int> Handshakes { get; } = new(
        Name, "handshakes", ValueParsers.Integer(1, HandshakeLimitOptions.UnderWayLimit), Handshake.UnderWayMax)
    {
        Doc = "Most handshakes under way at a time",
        ValueName = "N",
        Form = ValueForm.Number,
        Range = KeyForms.Words(1, HandshakeLimitOptions.UnderWayLimit),
        Flag = "--max-handshakes",
        Effect = ChangeEffect.Restart,
    };

    internal static ConfigurationKey<int> HandshakesPerAddress { get; } = new(
        Name, "handshakes_per_address",
        ValueParsers.Integer(1, HandshakeLimitOptions.UnderWayLimit),
        Handshake.PerAddressMax)
    {
        Doc = "Most of them from one IPv4 address or IPv6 /64; raise it behind a proxy, where all "
            + "clients have its address",
        ValueName = "N",
        Form = ValueForm.Number,
        Range = KeyForms.Words(1, HandshakeLimitOptions.UnderWayLimit),
        Flag = "--max-handshakes-per-address",
        Effect = ChangeEffect.Restart,
    };

    internal static ConfigurationKey<Duration> ClockBehind { get; } = new(
        Name, "clock_behind",
        ValueParsers.DurationOf(Duration.Seconds(1), new Duration(ReplayOptions.WindowMax)),
        new Duration(Replay.Past))
    {
        Doc = "How far a client's clock may be behind",
        ValueName = "TIME",
        Form = ValueForm.Time,
        Range = KeyForms.Words(Duration.Seconds(1), new Duration(ReplayOptions.WindowMax)),
        Flag = "--clock-behind",
        Effect = ChangeEffect.Restart,
    };

    internal static ConfigurationKey<Duration> ClockAhead { get; } = new(
        Name, "clock_ahead",
        ValueParsers.DurationOf(default, new Duration(ReplayOptions.WindowMax)),
        new Duration(Replay.Ahead))
    {
        Doc = "How far a client's clock may be ahead",
        ValueName = "TIME",
        Form = ValueForm.Time,
        Range = KeyForms.Words(default, new Duration(ReplayOptions.WindowMax)),
        Flag = "--clock-ahead",
        Effect = ChangeEffect.Restart,
    };

    internal static ConfigurationKey<int> RememberedHandshakes { get; } = new(
        Name, "remembered_handshakes",
        ValueParsers.Integer(ReplayOptions.CapacityMin, ReplayOptions.CapacityMax),
        Replay.Capacity)
    {
        Doc = "Handshakes that are remembered, against replays, at 52 bytes each",
        ValueName = "N",
        Form = ValueForm.Number,
        Range = KeyForms.Words(ReplayOptions.CapacityMin, ReplayOptions.CapacityMax),
        Flag = "--max-remembered-handshakes",
        Effect = ChangeEffect.Restart,
    };

    internal static ConfigurationSection Section { get; } = new(Name,
        "What a server or relay takes at most.",
    [
        Memory, Workers, RequestsInFlight, SlowClientTimeout, MemoryWaitTimeout, QueueLimit, RequestTimeout,
        LinksPerNode, Handshakes, HandshakesPerAddress, ClockBehind, ClockAhead, RememberedHandshakes,
    ]);
}
