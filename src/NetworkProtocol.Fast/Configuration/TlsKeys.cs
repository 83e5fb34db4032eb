using NetworkProtocol.Fast.Certificates;

namespace NetworkProtocol.Fast.Configuration;

/// <summary>Keys of [tls]: certificates of tls:// listeners, and whose certificates they take.</summary>
internal static class TlsKeys
{
    private const string Name = "tls";

    internal static ConfigurationKey<string?> Certificates { get; } = new(
        Name, "certificates", ValueParsers.FilePath, null)
    {
        Doc = "Certificate of tls:// listeners, PEM with its chain or PKCS#12; clients get the first one for the host "
            + "they name",
        ValueName = "FILE",
        IsList = true,
        Scope = KeyScope.Tls,
        Flag = "--certificate",
        Otherwise = "none",
        Example = "/etc/npfast/tls/relay.pem",
        Effect = ChangeEffect.Restart,
    };

    internal static ConfigurationKey<string?> PrivateKeys { get; } = new(
        Name, "keys", ValueParsers.FilePath, null)
    {
        Doc = "Private key of the certificate at the same place; in its file unless given",
        ValueName = "FILE",
        IsList = true,
        Scope = KeyScope.Tls,
        Flag = "--key",
        Otherwise = "in the certificate's file",
        Example = "/etc/npfast/tls/relay.key",
        Effect = ChangeEffect.Restart,
    };

    internal static ConfigurationKey<string?> PasswordFile { get; } = new(
        Name, "key_password_file", ValueParsers.SecretSource, null)
    {
        Doc = "Holds the password of encrypted keys in its first line; env:NAME is a variable",
        Secret = "key_password",
        ValueName = "FILE",
        Scope = KeyScope.Tls,
        Flag = "--key-password-file",
        Otherwise = "keys have none",
        Example = "/etc/npfast/tls/password",
        Effect = ChangeEffect.Restart,
    };

    internal static ConfigurationKey<string?> ClientRoots { get; } = new(
        Name, "client_ca", ValueParsers.FilePath, null)
    {
        Doc = "CAs whose client certificates tls:// listeners trust; they are required then unless "
            + "identity.client_auth says otherwise",
        ValueName = "FILE",
        Scope = KeyScope.Tls,
        Flag = "--client-ca",
        Otherwise = "none are asked for",
        Example = "/etc/npfast/tls/clients.pem",
        Effect = ChangeEffect.Restart,
    };

    internal static ConfigurationKey<string?> AllowedClients { get; } = new(
        Name, "allow_clients", ValueParsers.AllowedClient, null)
    {
        Doc = "Lets only clients in whose certificate has this alternative name or key",
        ValueName = "NAME|FINGERPRINT",
        IsList = true,
        Scope = KeyScope.Tls,
        Flag = "--allow-client",
        Otherwise = "all that the CA vouches for",
        Example = "alice.example",
        Effect = ChangeEffect.Restart,
    };

    internal static ConfigurationKey<RevocationCheck> Revocation { get; } = new(
        Name, "revocation", ValueParsers.Revocation, RevocationCheck.Off)
    {
        Doc = "Whether revoked certificates are looked for in the lists that this system has; off unless given",
        ValueName = "off|offline",
        HasDefault = false,
        Scope = KeyScope.TlsAnywhere,
        Flag = "--revocation",
        Otherwise = "off",
        Example = "off",
        Effect = ChangeEffect.Restart,
    };

    internal static ConfigurationSection Section { get; } = new(Name,
        "Certificates of tls:// listeners and of the clients there. Files are read again when they change.",
    [
        Certificates, PrivateKeys, PasswordFile, ClientRoots, AllowedClients, Revocation,
    ]);
}
