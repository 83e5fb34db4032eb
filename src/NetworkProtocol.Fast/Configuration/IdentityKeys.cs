using NetworkProtocol.Fast.Session;

namespace NetworkProtocol.Fast.Configuration;

/// <summary>Keys of [identity]: who a node is and whom it trusts.</summary>
internal static class IdentityKeys
{
    private const string Name = "identity";

    internal static ConfigurationKey<string?> File { get; } = new(
        Name, "file", ValueParsers.FilePath, null)
    {
        Doc = "The relay's private key, made if it is missing; identity.pem in the state directory "
            + "unless given",
        ValueName = "FILE",
        Flag = "--identity",
        Example = "/var/lib/npfast/identity.pem",
        Otherwise = "identity.pem in the state directory",
        Effect = ChangeEffect.Restart,
    };

    internal static ConfigurationKey<string?> State { get; } = new(
        Name, "state", ValueParsers.FilePath, null)
    {
        Doc = "Where keys and known hosts are kept; $STATE_DIRECTORY, $XDG_STATE_HOME/npfast or "
            + "~/.local/state/npfast unless given",
        ValueName = "DIRECTORY",
        Flag = "--state",
        Example = "/var/lib/npfast",
        Otherwise = "$STATE_DIRECTORY, $XDG_STATE_HOME/npfast or ~/.local/state/npfast",
        Effect = ChangeEffect.Restart,
    };

    internal static ConfigurationKey<ClientAuthentication> ClientAuth { get; } = new(
        Name, "client_auth", ValueParsers.ClientAuth, ClientAuthentication.None)
    {
        Doc = "Whether clients must prove an authorised key, or on tls:// listeners a certificate; none unless given",
        ValueName = "none|optional|required",
        HasDefault = false,
        Otherwise = "none, or required where there is a client_ca",
        Example = "optional",
        Flag = "--client-auth",
        Effect = ChangeEffect.Restart,
    };

    internal static ConfigurationKey<string?> AuthorizedKeys { get; } = new(
        Name, "authorized_keys", ValueParsers.FilePath, null)
    {
        Doc = "Keys of clients, a line FINGERPRINT [NAME] for each",
        ValueName = "FILE",
        Flag = "--authorized-keys",
        Example = "/etc/npfast/authorized_keys",
        Otherwise = "nobody has a name",
        Effect = ChangeEffect.Restart,
    };

    internal static ConfigurationKey<string?> KnownHosts { get; } = new(
        Name, "known_hosts", ValueParsers.FilePath, null)
    {
        Doc = "Servers and their keys; known_hosts in the state directory unless given",
        ValueName = "FILE",
        Flag = "--known-hosts",
        Example = "/var/lib/npfast/known_hosts",
        Otherwise = "known_hosts in the state directory",
        Effect = ChangeEffect.Restart,
    };

    internal static ConfigurationSection Section { get; } = new(Name,
        "Who this node is in secure sessions, and whom it trusts. Secrets stay in files of their own.",
    [
        File, State, ClientAuth, AuthorizedKeys, KnownHosts,
    ]);
}
