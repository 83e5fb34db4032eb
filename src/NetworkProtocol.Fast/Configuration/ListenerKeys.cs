using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Configuration;

/// <summary>Keys of [[listener]].</summary>
internal static class ListenerKeys
{
    private const string Name = "listener";

    internal static ConfigurationKey<Endpoint> Address { get; } = new(
        Name, "address", ValueParsers.Uri, null!)
    {
        Doc = "Where to listen",
        ValueName = "URI",
        Example = "unix:///run/npfast/relay.sock",
        IsRequired = true,
    };

    internal static ConfigurationKey<SessionKind> Session { get; } = new(
        Name, "session", ValueParsers.Session, SessionKind.Default)
    {
        Doc = "How connections are protected there",
        ValueName = "plain|secure",
        HasDefault = false,
        Inherits = ServerKeys.Session,
        Otherwise = "that of server.session",
        Example = "plain",
        Effect = ChangeEffect.NewConnections,
    };

    internal static ConfigurationSection Section { get; } = new(Name,
        "One more endpoint to listen on, with a policy of its own.",
    [
        Address, Session,
    ])
    {
        IsList = true,
    };
}
