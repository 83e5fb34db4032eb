using System.Collections.Generic;
using System.Linq;

namespace NetworkProtocol.Fast.Configuration;

/// <summary>Every section and key there is. The reference, the example, the environment's names, the unknown-key
/// advice and the command line's options come from here.</summary>
internal static class ConfigurationSchema
{
    internal static IReadOnlyList<ConfigurationSection> Sections { get; } =
    [
        ServerKeys.Section, ListenerKeys.Section, UpstreamKeys.Section, RouteKeys.Section, LimitKeys.Section,
        TransportKeys.Section, IdentityKeys.Section, TlsKeys.Section, LoggingKeys.Section, AdminKeys.Section,
        ClientKeys.Section,
    ];

    internal static IReadOnlyList<string> SectionNames { get; } = [.. Sections.Select(static s => s.Name)];

    internal static IEnumerable<ConfigurationKey> Keys => Sections.SelectMany(static s => s.Keys);

    internal static ConfigurationSection? Find(string section) =>
        Sections.FirstOrDefault(s => s.Name == section);
}
