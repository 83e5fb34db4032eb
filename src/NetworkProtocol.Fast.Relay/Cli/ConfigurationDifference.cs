using System.Collections.Generic;
using System.Linq;
using NetworkProtocol.Fast.Configuration;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>What one configuration says otherwise than another. Upstreams, routes and listeners are known by their
/// names, matches and addresses, wherever they stand in the file.</summary>
internal sealed class ConfigurationDifference
{
    private ConfigurationDifference()
    {
    }

    internal List<string> Changed { get; } = [];

    internal List<string> NeedsRestart { get; } = [];

    internal static ConfigurationDifference Between(NetworkConfiguration before, NetworkConfiguration after)
    {
        var difference = new ConfigurationDifference();
        foreach (ConfigurationSection section in ConfigurationSchema.Sections)
        {
            if (!section.IsList)
            {
                difference.Compare(section, before.Single(section), after.Single(section), section.Name);
            }
        }

        difference.CompareItems(UpstreamKeys.Section, UpstreamKeys.Id, before, after);
        difference.CompareItems(RouteKeys.Section, RouteKeys.Match, before, after);
        difference.CompareItems(ListenerKeys.Section, ListenerKeys.Address, before, after);
        return difference;
    }

    private void CompareItems(ConfigurationSection section, ConfigurationKey identity, NetworkConfiguration before,
        NetworkConfiguration after)
    {
        Dictionary<string, ConfigurationItem> old = ByIdentity(section, identity, before);
        Dictionary<string, ConfigurationItem> now = ByIdentity(section, identity, after);
        List<string> list = section == ListenerKeys.Section ? NeedsRestart : Changed;
        list.AddRange(old.Keys.Except(now.Keys).Select(name => $"{section.Name} {name} removed"));
        list.AddRange(now.Keys.Except(old.Keys).Select(name => $"{section.Name} {name} added"));
        foreach ((string name, ConfigurationItem item) in now)
        {
            if (old.TryGetValue(name, out ConfigurationItem? was))
            {
                Compare(section, was, item, $"{section.Name} {name}:");
            }
        }
    }

    private void Compare(ConfigurationSection section, ConfigurationItem was, ConfigurationItem now, string prefix)
    {
        foreach (ConfigurationKey key in section.Keys)
        {
            if (key.Effect == ChangeEffect.Client || TextOf(was, key) == TextOf(now, key))
            {
                continue;
            }

            List<string> list = key.Effect == ChangeEffect.Restart ? NeedsRestart : Changed;
            string name = section.IsList ? $"{prefix} {key.Name}" : key.Path;
            list.Add($"{name} is {TextOf(now, key)}, was {TextOf(was, key)}");
        }
    }

    private static string TextOf(ConfigurationItem item, ConfigurationKey key) =>
        item.Find(key)?.Joined ?? key.DefaultText ?? key.Otherwise ?? "none";

    private static Dictionary<string, ConfigurationItem> ByIdentity(
        ConfigurationSection section, ConfigurationKey identity, NetworkConfiguration configuration)
    {
        var items = new Dictionary<string, ConfigurationItem>();
        foreach (ConfigurationItem item in configuration.Items(section))
        {
            items[item.Find(identity)!.Joined] = item;
        }

        return items;
    }
}
