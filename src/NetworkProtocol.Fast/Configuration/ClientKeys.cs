using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Configuration;

/// <summary>Keys of [client]: a client of the library.</summary>
internal static class ClientKeys
{
    private const string Name = "client";
    private static readonly ClientOptions Defaults = new();

    internal static ConfigurationKey<Endpoint> Address { get; } = new(
        Name, "address", ValueParsers.Uri, Endpoint.Tcp("127.0.0.1", 9000))
    {
        Doc = "Where to connect to",
        ValueName = "URI",
        Effect = ChangeEffect.Client,
    };

    internal static ConfigurationKey<SessionKind> Session { get; } = new(
        Name, "session", ValueParsers.Session, SessionKind.Default)
    {
        Doc = "How the connection is protected",
        ValueName = "plain|secure",
        HasDefault = false,
        Otherwise = "secure on tcp, plain on unix",
        Example = "secure",
        Effect = ChangeEffect.Client,
    };

    internal static ConfigurationKey<KeyFingerprint> Pins { get; } = new(
        Name, "pins", ValueParsers.Fingerprint, null!)
    {
        Doc = "Trusts servers with these keys, and not those in the known-hosts file",
        ValueName = "FINGERPRINT",
        IsList = true,
        Otherwise = "the known-hosts file",
        Example = "sha256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        Effect = ChangeEffect.Client,
    };

    internal static ConfigurationKey<string?> Roots { get; } = new(
        Name, "ca", ValueParsers.FilePath, null)
    {
        Doc = "CAs of a tls:// server in PEM, or system; a pin alone is all that is checked unless given",
        ValueName = "FILE|system",
        Otherwise = "system, none where a pin is",
        Example = "system",
        Effect = ChangeEffect.Client,
    };

    internal static ConfigurationKey<string?> Certificate { get; } = new(
        Name, "certificate", ValueParsers.FilePath, null)
    {
        Doc = "Certificate to show to a tls:// server, PEM or PKCS#12",
        ValueName = "FILE",
        Otherwise = "none",
        Example = "alice.pem",
        Effect = ChangeEffect.Client,
    };

    internal static ConfigurationKey<string?> PrivateKey { get; } = new(
        Name, "key", ValueParsers.FilePath, null)
    {
        Doc = "Private key of that certificate in PEM",
        ValueName = "FILE",
        Otherwise = "in the certificate's file",
        Example = "alice.key",
        Effect = ChangeEffect.Client,
    };

    internal static ConfigurationKey<string?> PasswordFile { get; } = new(
        Name, "key_password_file", ValueParsers.SecretSource, null)
    {
        Doc = "Holds the password of that key in its first line; env:NAME is a variable",
        Secret = "key_password",
        ValueName = "FILE",
        Otherwise = "the key has none",
        Example = "alice.password",
        Effect = ChangeEffect.Client,
    };

    internal static ConfigurationKey<string?> ServerName { get; } = new(
        Name, "server_name", KeyForms.Line(255), null)
    {
        Doc = "The name that a tls:// server's certificate must have",
        ValueName = "NAME",
        Otherwise = "the host of client.address",
        Example = "relay.example",
        Effect = ChangeEffect.Client,
    };

    internal static ConfigurationKey<Duration> ConnectionTimeout { get; } = Time(
        "connection_timeout", Duration.Milliseconds(1), new Duration(Defaults.ConnectTimeout),
        "Time to connect and to open the session");

    internal static ConfigurationKey<Duration> OperationTimeout { get; } = Time(
        "operation_timeout", Duration.Milliseconds(1), new Duration(Defaults.OperationTimeout),
        "Time for a packet without a reply to find room on a congested connection");

    internal static ConfigurationKey<Duration> ResponseTimeout { get; } = Time(
        "response_timeout", Duration.Milliseconds(1), new Duration(Defaults.RequestTimeout),
        "Time for a reply, where the request does not bring its own");

    internal static ConfigurationKey<Duration> HeartbeatInterval { get; } = Time(
        "heartbeat_interval", Duration.Milliseconds(100), new Duration(Defaults.Link.HeartbeatInterval),
        "Quiet time before a ping; three of them without a byte and the server is dead");

    internal static ConfigurationKey<bool> AutoReconnect { get; } = new(
        Name, "auto_reconnect", ValueParsers.Flag, Defaults.AutoReconnect)
    {
        Doc = "Whether a connection that is lost is made again; what was under way fails all the same",
        ValueName = "true|false",
        Form = ValueForm.Flag,
        Effect = ChangeEffect.Client,
    };

    internal static ConfigurationKey<int> MaxReconnectAttempts { get; } = new(
        Name, "max_reconnect_attempts", ValueParsers.Integer(0, 1_000_000), Defaults.ReconnectAttemptsMax)
    {
        Doc = "Failed attempts in a row after which the client gives up; 0 for no limit",
        ValueName = "N",
        Form = ValueForm.Number,
        Range = KeyForms.Words(0, 1_000_000),
        Effect = ChangeEffect.Client,
    };

    internal static ConfigurationKey<Duration> ReconnectDelay { get; } = Time(
        "reconnect_delay", Duration.Milliseconds(1), new Duration(Defaults.ReconnectDelayMin),
        "Delay before the first attempt; it doubles with every failure, with up to half of it left to chance");

    internal static ConfigurationKey<Duration> ReconnectDelayMax { get; } = Time(
        "reconnect_delay_max", Duration.Milliseconds(1), new Duration(Defaults.ReconnectDelayMax),
        "Longest delay between attempts; a connection lost sooner than that counts as a failed attempt");

    internal static ConfigurationSection Section { get; } = new(Name,
        "A client of the library; npfast relay takes no notice of it.",
    [
        Address, Session, Pins, Roots, Certificate, PrivateKey, PasswordFile, ServerName, ConnectionTimeout,
        OperationTimeout, ResponseTimeout, HeartbeatInterval, AutoReconnect, MaxReconnectAttempts, ReconnectDelay,
        ReconnectDelayMax,
    ]);

    private static ConfigurationKey<Duration> Time(string name, Duration min, Duration fallback, string doc) => new(
        Name, name, ValueParsers.DurationOf(min, KeyForms.Hour), fallback)
    {
        Doc = doc,
        ValueName = "TIME",
        Form = ValueForm.Time,
        Range = KeyForms.Words(min, KeyForms.Hour),
        Effect = ChangeEffect.Client,
    };
}
