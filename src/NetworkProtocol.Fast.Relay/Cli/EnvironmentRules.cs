using System.Collections.Generic;
using NetworkProtocol.Fast.Configuration;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>Variables that a relay would pass over in silence, though they look like one of its keys: what asks for
/// clients' certificates must not be lost like this.</summary>
internal static class EnvironmentRules
{
    internal static IEnumerable<ConfigurationError> Check(NetworkConfiguration configuration)
    {
        foreach (ConfigurationSection section in ConfigurationSchema.Sections)
        {
            foreach (ConfigurationItem item in configuration.Items(section))
            {
                foreach (ConfigurationKey key in section.Keys)
                {
                    ConfigurationOrigin origin = item.OriginOf(key);
                    if (key.Effect == ChangeEffect.Client && item.Has(key)
                        && origin.Layer == ConfigurationLayer.Environment
                        && EnvironmentSource.OverruledBy(origin.Source) is { } other)
                    {
                        string whole = EnvironmentSource.NameOf(
                            ConfigurationSchema.Find(other.Section)!, other, index: null);
                        yield return new(origin, $"sets {key.Path}, which a relay does not use; for {other.Path} "
                            + $"write {whole}, or unset it");
                    }
                }
            }
        }
    }
}
