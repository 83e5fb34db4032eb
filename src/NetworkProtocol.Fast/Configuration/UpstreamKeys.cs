using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Configuration;

/// <summary>Keys of [[upstream]].</summary>
internal static class UpstreamKeys
{
    private const string Name = "upstream";

    internal static ConfigurationKey<string?> Id { get; } = new(
        Name, "name", KeyForms.Name, null)
    {
        Doc = "What routes call it",
        ValueName = "NAME",
        IsRequired = true,
        Example = "orders",
        ExampleOverTls = "orders-tls",
    };

    internal static ConfigurationKey<Endpoint> Nodes { get; } = new(
        Name, "nodes", ValueParsers.Uri, null!)
    {
        Doc = "Its nodes; requests go to the one with the fewest under way",
        ValueName = "URI",
        Example = "tcp://10.0.0.5:9000",
        ExampleOverTls = "tls://10.0.0.5:9443",
        IsList = true,
        IsRequired = true,
    };

    internal static ConfigurationKey<SessionKind> Session { get; } = new(
        Name, "session", ValueParsers.Session, SessionKind.Default)
    {
        Doc = "How sessions with its nodes are protected",
        ValueName = "plain|secure",
        HasDefault = false,
        Otherwise = "secure on tcp, plain on unix",
        Example = "secure",
    };

    internal static ConfigurationKey<KeyFingerprint> Pins { get; } = new(
        Name, "pins", ValueParsers.Fingerprint, null!)
    {
        Doc = "Trusts nodes with these keys, and not those in the known-hosts file",
        ValueName = "FINGERPRINT",
        IsList = true,
        Otherwise = "the known-hosts file",
        Example = "sha256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
    };

    internal static ConfigurationKey<int> Links { get; } = new(
        Name, "links", ValueParsers.Integer(1, 256), 2)
    {
        Doc = "Connections to each node",
        ValueName = "N",
        Form = ValueForm.Number,
        Range = KeyForms.Words(1, 256),
        Inherits = LimitKeys.LinksPerNode,
        HasDefault = false,
        Otherwise = "that of limits.links_per_node",
        Example = "2",
    };

    internal static ConfigurationKey<Duration> Timeout { get; } = new(
        Name, "timeout", ValueParsers.DurationOf(Duration.Milliseconds(1), KeyForms.Day), default)
    {
        Doc = "Time to answer a request",
        ValueName = "TIME",
        Form = ValueForm.Time,
        Range = KeyForms.Words(Duration.Milliseconds(1), KeyForms.Day),
        Inherits = LimitKeys.RequestTimeout,
        HasDefault = false,
        Otherwise = "that of limits.request_timeout",
        Example = "30s",
    };

    internal static ConfigurationKey<int> RequestsInFlight { get; } = new(
        Name, "requests_in_flight", ValueParsers.Integer(1, 1 << 20), 8192)
    {
        Doc = "Requests that may wait for replies on one connection; clients that want more are not "
            + "read meanwhile",
        ValueName = "N",
        Form = ValueForm.Number,
        Range = KeyForms.Words(1, 1 << 20),
    };

    internal static ConfigurationKey<Duration> ReconnectDelay { get; } = new(
        Name, "reconnect_delay",
        ValueParsers.DurationOf(Duration.Milliseconds(1), KeyForms.Hour),
        Duration.Milliseconds(50))
    {
        Doc = "Delay before the first reconnect; it doubles with every failure, with up to half of it "
            + "left to chance",
        ValueName = "TIME",
        Form = ValueForm.Time,
        Range = KeyForms.Words(Duration.Milliseconds(1), KeyForms.Hour),
    };

    internal static ConfigurationKey<Duration> ReconnectDelayMax { get; } = new(
        Name, "reconnect_delay_max",
        ValueParsers.DurationOf(Duration.Milliseconds(1), KeyForms.Hour),
        Duration.Seconds(5))
    {
        Doc = "Longest delay between attempts to reconnect",
        ValueName = "TIME",
        Form = ValueForm.Time,
        Range = KeyForms.Words(Duration.Milliseconds(1), KeyForms.Hour),
    };

    internal static ConfigurationKey<int> Failures { get; } = new(
        Name, "failures", ValueParsers.Integer(0, 1_000_000), 8)
    {
        Doc = "Requests that fail in a row until a node gets none for reconnect_delay, then one as a probe; "
            + "each failed one doubles the delay; 0 never stops",
        ValueName = "N",
        Form = ValueForm.Number,
        Range = KeyForms.Words(0, 1_000_000),
    };

    internal static ConfigurationKey<string?> Roots { get; } = new(
        Name, "ca", ValueParsers.FilePath, null)
    {
        Doc = "CAs of its tls:// nodes in PEM, or system; a pin alone is all that is checked unless given",
        ValueName = "FILE|system",
        Scope = KeyScope.Tls,
        Otherwise = "system, none where a pin is",
        Example = "/etc/npfast/tls/orders.pem",
    };

    internal static ConfigurationKey<string?> Certificate { get; } = new(
        Name, "certificate", ValueParsers.FilePath, null)
    {
        Doc = "Certificate to show to its tls:// nodes, PEM or PKCS#12",
        ValueName = "FILE",
        Scope = KeyScope.Tls,
        Otherwise = "none",
        Example = "/etc/npfast/tls/relay.pem",
    };

    internal static ConfigurationKey<string?> PrivateKey { get; } = new(
        Name, "key", ValueParsers.FilePath, null)
    {
        Doc = "Private key of that certificate in PEM",
        ValueName = "FILE",
        Scope = KeyScope.Tls,
        Otherwise = "in the certificate's file",
        Example = "/etc/npfast/tls/relay.key",
    };

    internal static ConfigurationKey<string?> PasswordFile { get; } = new(
        Name, "key_password_file", ValueParsers.SecretSource, null)
    {
        Doc = "Holds the password of that key in its first line; env:NAME is a variable",
        Secret = "key_password",
        ValueName = "FILE",
        Scope = KeyScope.Tls,
        Otherwise = "the key has none",
        Example = "/etc/npfast/tls/password",
    };

    internal static ConfigurationSection Section { get; } = new(Name,
        "A named group of nodes to forward to.",
    [
        Id, Nodes, Session, Pins, Roots, Certificate, PrivateKey, PasswordFile, Links, Timeout, RequestsInFlight,
        ReconnectDelay, ReconnectDelayMax, Failures,
    ])
    {
        IsList = true,
    };
}
