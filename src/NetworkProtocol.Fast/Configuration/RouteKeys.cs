namespace NetworkProtocol.Fast.Configuration;

/// <summary>Keys of [[route]].</summary>
internal static class RouteKeys
{
    private const string Name = "route";

    internal static ConfigurationKey<string?> Match { get; } = new(
        Name, "match", KeyForms.Line(255), null)
    {
        Doc = "A name, prefix.*, *, a type number or a range",
        ValueName = "MATCH",
        IsRequired = true,
        Example = "orders.*",
    };

    internal static ConfigurationKey<string?> To { get; } = new(
        Name, "to", KeyForms.Line(255), null)
    {
        Doc = "Name of an upstream, or echo or ping",
        ValueName = "NAME",
        IsRequired = true,
        Example = "orders",
    };

    internal static ConfigurationKey<string?> Clients { get; } = new(
        Name, "clients", KeyForms.Line(255), null)
    {
        Doc = "Authorised clients that may use it: names of keys, or names or key fingerprints of certificates",
        ValueName = "NAME",
        IsList = true,
        Otherwise = "whoever is connected",
        Example = "alice",
    };

    internal static ConfigurationSection Section { get; } = new(Name,
        "Which packets go where; the most specific match wins.",
    [
        Match, To, Clients,
    ])
    {
        IsList = true,
    };
}
