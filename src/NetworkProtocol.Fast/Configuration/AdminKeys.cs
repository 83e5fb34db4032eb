using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Configuration;

/// <summary>Keys of [admin]: the listener for metrics, health and changes at run time.</summary>
internal static class AdminKeys
{
    /// <summary>The variable that holds the token when nothing else is named.</summary>
    internal const string TokenVariable = "NPFAST_ADMIN_TOKEN";

    private const string Name = "admin";

    internal static ConfigurationKey<Endpoint?> Address { get; } = new(Name, "address", ValueParsers.AdminUri!, null)
    {
        Doc = "Where metrics, health and the status page are, over HTTP: tcp://127.0.0.1:PORT or unix:///PATH; "
            + "nowhere unless given",
        ValueName = "URI",
        Flag = "--admin",
        Otherwise = "nowhere",
        Example = "tcp://127.0.0.1:9100",
        Effect = ChangeEffect.Restart,
    };

    internal static ConfigurationKey<string?> TokenFile { get; } = new(
        Name, "token_file", ValueParsers.SecretSource, null)
    {
        Doc = "A file with the token that changes need, readable for its owner alone; env:NAME is a variable",
        Secret = "token",
        SecretVariable = TokenVariable,
        ValueName = "FILE",
        Flag = "--admin-token-file",
        Otherwise = $"${TokenVariable}, else nothing can be changed",
        Example = "/etc/npfast/admin.token",
        Effect = ChangeEffect.Restart,
    };

    internal static ConfigurationKey<AdminAccess> Access { get; } = new(
        Name, "access", ReadAccess, AdminAccess.Local)
    {
        Doc = "Whether other machines may reach the admin listener; local unless given",
        ValueName = "local|remote",
        HasDefault = false,
        Flag = "--admin-access",
        Otherwise = "local",
        Example = "local",
        Effect = ChangeEffect.Restart,
    };

    internal static ConfigurationSection Section { get; } = new(Name,
        "The admin listener of a relay: metrics, health, the status page, changes at run time.",
        [Address, TokenFile, Access]);

    private static string? ReadAccess(string text, out AdminAccess value)
    {
        value = text == "remote" ? AdminAccess.Remote : AdminAccess.Local;
        return text is "local" or "remote" ? null : $"'{text}' is unknown; use local or remote";
    }
}
