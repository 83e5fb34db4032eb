using System.IO;
using NetworkProtocol.Fast.Session;
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
        Example = "tcp://127.0.0.1:9001",
        ExampleOverTls = "tls://127.0.0.1:9443",
        ExampleOnUnix = "unix:///run/npfast/relay.sock",
        IsRequired = true,
        Effect = ChangeEffect.Restart,
    };

    internal static ConfigurationKey<SessionKind> Session { get; } = new(
        Name, "session", ValueParsers.Session, SessionKind.Default)
    {
        Doc = "How connections are protected there; TLS protects its own",
        ValueName = "plain|secure",
        Example = "secure",
        Inherits = ServerKeys.Session,
        HasDefault = false,
        Otherwise = "that of " + ServerKeys.Session.Path,
        Effect = ChangeEffect.Restart,
    };

    internal static ConfigurationKey<ClientAuthentication> ClientAuth { get; } = new(
        Name, "client_auth", ValueParsers.ClientAuth, ClientAuthentication.None)
    {
        Doc = "Whether clients must prove an authorised key, or on tls:// a certificate",
        ValueName = "none|optional|required",
        Example = "required",
        Inherits = IdentityKeys.ClientAuth,
        HasDefault = false,
        Otherwise = "that of " + IdentityKeys.ClientAuth.Path,
        Effect = ChangeEffect.Restart,
    };

    internal static ConfigurationKey<string?> Certificates { get; } = new(
        Name, "certificates", ValueParsers.FilePath, null)
    {
        Doc = "Certificates of this tls:// listener alone",
        ValueName = "FILE",
        IsList = true,
        Scope = KeyScope.Tls,
        Example = "/etc/npfast/tls/relay.pem",
        Inherits = TlsKeys.Certificates,
        HasDefault = false,
        Otherwise = "that of " + TlsKeys.Certificates.Path,
        Effect = ChangeEffect.Restart,
    };

    internal static ConfigurationKey<string?> PrivateKeys { get; } = new(
        Name, "keys", ValueParsers.FilePath, null)
    {
        Doc = "Private keys of these, in the same order",
        ValueName = "FILE",
        IsList = true,
        Scope = KeyScope.Tls,
        Example = "/etc/npfast/tls/relay.key",
        Inherits = TlsKeys.PrivateKeys,
        HasDefault = false,
        Otherwise = "that of " + TlsKeys.PrivateKeys.Path,
        Effect = ChangeEffect.Restart,
    };

    internal static ConfigurationKey<string?> PasswordFile { get; } = new(
        Name, "key_password_file", ValueParsers.SecretSource, null)
    {
        Doc = "Holds the password of their keys in its first line; env:NAME is a variable",
        Secret = "key_password",
        ValueName = "FILE",
        Scope = KeyScope.Tls,
        Example = "/etc/npfast/tls/password",
        Inherits = TlsKeys.PasswordFile,
        HasDefault = false,
        Otherwise = "that of " + TlsKeys.PasswordFile.Path,
        Effect = ChangeEffect.Restart,
    };

    internal static ConfigurationKey<string?> ClientRoots { get; } = new(
        Name, "client_ca", ValueParsers.FilePath, null)
    {
        Doc = "CAs whose client certificates it trusts",
        ValueName = "FILE",
        Scope = KeyScope.Tls,
        Example = "/etc/npfast/tls/clients.pem",
        Inherits = TlsKeys.ClientRoots,
        HasDefault = false,
        Otherwise = "that of " + TlsKeys.ClientRoots.Path,
        Effect = ChangeEffect.Restart,
    };

    internal static ConfigurationKey<string?> AllowedClients { get; } = new(
        Name, "allow_clients", ValueParsers.AllowedClient, null)
    {
        Doc = "Lets only clients in whose certificate has this alternative name or key",
        ValueName = "NAME|FINGERPRINT",
        IsList = true,
        Scope = KeyScope.Tls,
        Example = "alice.example",
        Inherits = TlsKeys.AllowedClients,
        HasDefault = false,
        Otherwise = "that of " + TlsKeys.AllowedClients.Path,
        Effect = ChangeEffect.Restart,
    };

    internal static ConfigurationKey<UnixFileMode> SocketMode { get; } = new(
        Name, "socket_mode", LocalNames.ParseMode, UnixFileMode.UserRead | UnixFileMode.UserWrite)
    {
        Doc = "Mode of its Unix socket's file, in octal",
        ValueName = "MODE",
        Scope = KeyScope.UnixFile,
        Example = "0660",
        Inherits = ServerKeys.SocketMode,
        HasDefault = false,
        Otherwise = "that of " + ServerKeys.SocketMode.Path,
        Effect = ChangeEffect.Restart,
    };

    internal static ConfigurationKey<(uint? User, uint? Group)> SocketOwner { get; } = new(
        Name, "socket_owner", LocalNames.ParseOwner, default)
    {
        Doc = "Who owns its Unix socket's file",
        ValueName = "USER[:GROUP]",
        Scope = KeyScope.UnixFile,
        Example = "0:0",
        Inherits = ServerKeys.SocketOwner,
        HasDefault = false,
        Otherwise = "that of " + ServerKeys.SocketOwner.Path,
        Effect = ChangeEffect.Restart,
    };

    internal static ConfigurationKey<uint> AllowedUsers { get; } = new(
        Name, "allow_users", LocalNames.FindUser, 0)
    {
        Doc = "Lets only these users' processes, and those of allow_groups, connect to its Unix socket",
        ValueName = "USER",
        IsList = true,
        Scope = KeyScope.UnixSocket,
        Example = "0",
        Inherits = ServerKeys.AllowedUsers,
        HasDefault = false,
        Otherwise = "that of " + ServerKeys.AllowedUsers.Path,
        Effect = ChangeEffect.Restart,
    };

    internal static ConfigurationKey<uint> AllowedGroups { get; } = new(
        Name, "allow_groups", LocalNames.FindGroup, 0)
    {
        Doc = "Lets only processes in these groups, and those of allow_users, connect to its Unix socket",
        ValueName = "GROUP",
        IsList = true,
        Scope = KeyScope.UnixSocket,
        Example = "0",
        Inherits = ServerKeys.AllowedGroups,
        HasDefault = false,
        Otherwise = "that of " + ServerKeys.AllowedGroups.Path,
        Effect = ChangeEffect.Restart,
    };

    internal static ConfigurationSection Section { get; } = new(Name,
        "One more endpoint to listen on, with a policy of its own.",
    [
        Address, Session, ClientAuth, Certificates, PrivateKeys, PasswordFile, ClientRoots, AllowedClients, SocketMode,
        SocketOwner, AllowedUsers, AllowedGroups,
    ])
    {
        IsList = true,
    };
}
