using System.IO;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Configuration;

/// <summary>Keys of [server]: where a server or relay listens, and its times.</summary>
internal static class ServerKeys
{
    private const string Name = "server";
    private static readonly LinkOptions Link = new();

    internal static ConfigurationKey<Endpoint> Address { get; } = new(
        Name, "address", ValueParsers.Uri, null!)
    {
        Doc = "Where to listen: tcp://HOST:PORT, unix:///PATH, unix://@NAME or pipe://NAME; each [[listener]] is "
            + "one more",
        ValueName = "URI",
        Example = "tcp://127.0.0.1:9000",
        IsList = true,
        Flag = "--listen",
        Otherwise = "tcp://127.0.0.1:9000 unless there is a [[listener]]",
        Effect = ChangeEffect.Restart,
    };

    internal static ConfigurationKey<SessionKind> Session { get; } = new(
        Name, "session", ValueParsers.Session, SessionKind.Default)
    {
        Doc = "How connections are protected; secure on tcp, plain on unix unless given",
        ValueName = "plain|secure",
        HasDefault = false,
        Flag = "--session",
        Example = "secure",
        Otherwise = "secure on tcp, plain on unix",
        Effect = ChangeEffect.Restart,
    };

    internal static ConfigurationKey<int> MaxConnections { get; } = new(
        Name, "max_connections", ValueParsers.Integer(1, 1 << 20), 10_000)
    {
        Doc = "Most client connections at a time",
        ValueName = "N",
        Form = ValueForm.Number,
        Range = KeyForms.Words(1, 1 << 20),
        Flag = "--max-connections",
    };

    internal static ConfigurationKey<int> Backlog { get; } = new(
        Name, "backlog", ValueParsers.Integer(1, 65_535), 512)
    {
        Doc = "Connections that the system may hold until they are accepted",
        ValueName = "N",
        Form = ValueForm.Number,
        Range = KeyForms.Words(1, 65_535),
        Effect = ChangeEffect.Restart,
    };

    internal static ConfigurationKey<ByteSize> BackpressureLimit { get; } = new(
        Name, "backpressure_limit",
        ValueParsers.SizeOf(KeyForms.KiB(64), KeyForms.MiB(1 << 10)),
        new ByteSize(Link.SendQueueHighBytes))
    {
        Doc = "Bytes of large packets waiting for one client above which its senders pause; they resume "
            + "at half of it",
        ValueName = "SIZE",
        Form = ValueForm.Size,
        Range = KeyForms.Words(KeyForms.KiB(64), KeyForms.MiB(1 << 10)),
        Effect = ChangeEffect.NewConnections,
    };

    internal static ConfigurationKey<Duration> ConnectionTimeout { get; } = new(
        Name, "connection_timeout",
        ValueParsers.DurationOf(Duration.Milliseconds(100), KeyForms.Hour),
        new Duration(Link.HandshakeTimeout))
    {
        Doc = "Time for a client to open its session",
        ValueName = "TIME",
        Form = ValueForm.Time,
        Range = KeyForms.Words(Duration.Milliseconds(100), KeyForms.Hour),
        Flag = "--handshake-timeout",
        Effect = ChangeEffect.NewConnections,
    };

    internal static ConfigurationKey<Duration> HeartbeatInterval { get; } = new(
        Name, "heartbeat_interval",
        ValueParsers.DurationOf(Duration.Milliseconds(100), KeyForms.Hour),
        new Duration(Link.HeartbeatInterval))
    {
        Doc = "Quiet time before a ping; three of them without a byte and the peer is dead",
        ValueName = "TIME",
        Form = ValueForm.Time,
        Range = KeyForms.Words(Duration.Milliseconds(100), KeyForms.Hour),
        Flag = "--heartbeat",
        Effect = ChangeEffect.NewConnections,
    };

    internal static ConfigurationKey<Duration> ShutdownTimeout { get; } = new(
        Name, "shutdown_timeout", ValueParsers.DurationOf(default, KeyForms.Day), Duration.Seconds(10))
    {
        Doc = "Time to let requests under way end when stopping",
        ValueName = "TIME",
        Form = ValueForm.Time,
        Range = KeyForms.Words(default, KeyForms.Day),
        Flag = "--shutdown-timeout",
    };

    internal static ConfigurationKey<UnixFileMode> SocketMode { get; } = new(
        Name, "socket_mode", LocalNames.ParseMode, UnixFileMode.UserRead | UnixFileMode.UserWrite)
    {
        Doc = "Mode of Unix sockets' files, in octal; 0600, their owner alone, unless given",
        ValueName = "MODE",
        HasDefault = false,
        Scope = KeyScope.UnixFile,
        Flag = "--socket-mode",
        Otherwise = "0600, their owner alone",
        Example = "0660",
        Effect = ChangeEffect.Restart,
    };

    internal static ConfigurationKey<(uint? User, uint? Group)> SocketOwner { get; } = new(
        Name, "socket_owner", LocalNames.ParseOwner, default)
    {
        Doc = "Who owns Unix sockets' files, by names or numbers; :GROUP changes the group alone",
        ValueName = "USER[:GROUP]",
        HasDefault = false,
        Scope = KeyScope.UnixFile,
        Flag = "--socket-owner",
        Otherwise = "who runs the relay",
        Example = "0:0",
        Effect = ChangeEffect.Restart,
    };

    internal static ConfigurationKey<uint> AllowedUsers { get; } = new(
        Name, "allow_users", LocalNames.FindUser, 0)
    {
        Doc = "Lets only these users' processes, and those of allow_groups, connect to Unix sockets",
        ValueName = "USER",
        IsList = true,
        Scope = KeyScope.UnixSocket,
        Flag = "--allow-user",
        IsDividedByCommas = true,
        Otherwise = "whoever the file lets in",
        Example = "0",
        Effect = ChangeEffect.Restart,
    };

    internal static ConfigurationKey<uint> AllowedGroups { get; } = new(
        Name, "allow_groups", LocalNames.FindGroup, 0)
    {
        Doc = "Lets only processes in these groups, and those of allow_users, connect to Unix sockets",
        ValueName = "GROUP",
        IsList = true,
        Scope = KeyScope.UnixSocket,
        Flag = "--allow-group",
        IsDividedByCommas = true,
        Otherwise = "whoever the file lets in",
        Example = "0",
        Effect = ChangeEffect.Restart,
    };

    internal static ConfigurationSection Section { get; } = new(Name,
        "A server or relay: where it listens and how long things may take.",
    [
        Address, Session, MaxConnections, Backlog, BackpressureLimit, ConnectionTimeout, HeartbeatInterval,
        ShutdownTimeout, SocketMode, SocketOwner, AllowedUsers, AllowedGroups,
    ]);
}
