using System.Collections.Generic;
using System.Linq;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Configuration;

/// <summary>What values of a configuration must not say together.</summary>
internal static class ConfigurationRules
{
    internal static IEnumerable<ConfigurationError> Check(NetworkConfiguration configuration) =>
    [
        .. Missing(configuration), .. Limits(configuration), .. Listeners(configuration), .. Upstreams(configuration),
        .. Routes(configuration), .. SecurityRules.Check(configuration), .. ScopeRules.Check(configuration),
        .. TlsRules.Check(configuration), .. Clients(configuration),
    ];

    private static IEnumerable<ConfigurationError> Missing(NetworkConfiguration configuration)
    {
        foreach (ConfigurationSection section in ConfigurationSchema.Sections)
        {
            foreach (ConfigurationItem item in configuration.Items(section))
            {
                foreach (ConfigurationKey key in section.Keys)
                {
                    if (key.IsRequired && item.Find(key) is not { Texts.Count: > 0 } && !configuration.IsBad(item, key))
                    {
                        yield return new(item.OriginOf(key), $"{section.Header} has no {key.Name}; write "
                            + $"{key.Name} = \"{key.Example}\"");
                    }
                }
            }
        }
    }

    private static IEnumerable<ConfigurationError> Limits(NetworkConfiguration configuration)
    {
        if (configuration.Get(LimitKeys.QueueLimit).Bytes is var limit
            && configuration.Get(ServerKeys.BackpressureLimit).Bytes is var pause && limit < pause)
        {
            bool isLimitGiven = configuration.IsGiven(LimitKeys.QueueLimit);
            ConfigurationKey key = isLimitGiven ? LimitKeys.QueueLimit : ServerKeys.BackpressureLimit;
            yield return configuration.ErrorAt(key,
                $"limits.queue_limit of {new ByteSize(limit)} is below server.backpressure_limit of "
                + $"{new ByteSize(pause)}; clients would be closed before their senders pause, so raise it");
        }

        foreach (ConfigurationKey<ByteSize> key in
            (ConfigurationKey<ByteSize>[])[ServerKeys.BackpressureLimit, LimitKeys.QueueLimit])
        {
            if (configuration.IsGiven(key) && configuration.Get(key).Bytes is var bytes
                && configuration.Get(LimitKeys.Memory).Bytes is var memory && bytes > memory)
            {
                yield return configuration.ErrorAt(key, $"{key.Path} of {new ByteSize(bytes)} for one client is more "
                    + $"than limits.memory of {new ByteSize(memory)} for all; lower it, or raise the other");
            }
        }

        if (configuration.IsGiven(TransportKeys.CompressionLevel) && !CompressionOptions.TryCreate(
            configuration.Get(TransportKeys.Compression)!, configuration.Get(TransportKeys.CompressionLevel),
            out _, out string? error))
        {
            yield return configuration.ErrorAt(TransportKeys.CompressionLevel, error);
        }

        if (configuration.Get(LoggingKeys.File) is null
            && !configuration.IsBad(configuration.Single(LoggingKeys.Section), LoggingKeys.File))
        {
            foreach (ConfigurationKey key in (ConfigurationKey[])[LoggingKeys.FileSize, LoggingKeys.Files])
            {
                if (configuration.IsGiven(key))
                {
                    yield return configuration.ErrorAt(key,
                        $"{configuration.Called(key)} needs a log file; name one with "
                        + $"{configuration.Called(key, LoggingKeys.File)}, or leave it out");
                }
            }
        }

        foreach (IGrouping<string, CategoryLevel> twice in configuration.GetAll(LoggingKeys.Categories)
            .GroupBy(static c => c.Category, System.StringComparer.OrdinalIgnoreCase).Where(static g => g.Count() > 1))
        {
            yield return configuration.ErrorAt(LoggingKeys.Categories,
                $"{configuration.Called(LoggingKeys.Categories)}: '{twice.Last().Category}' is given twice; "
                + "keep one of them");
        }
    }

    private static IEnumerable<ConfigurationError> Listeners(NetworkConfiguration configuration)
    {
        var seen = new HashSet<Endpoint>();
        foreach (Endpoint address in configuration.GetAll(ServerKeys.Address).Where(IsFixed).Where(a => !seen.Add(a)))
        {
            yield return configuration.ErrorAt(ServerKeys.Address,
                $"{configuration.Called(ServerKeys.Address)}: {address} is listened on twice; keep one of them");
        }

        foreach (ConfigurationItem item in configuration.Items(ListenerKeys.Section))
        {
            if (item.Has(ListenerKeys.Address) && item.Get(ListenerKeys.Address) is var address && IsFixed(address)
                && !seen.Add(address))
            {
                yield return new(item.OriginOf(ListenerKeys.Address),
                    $"listener.address: {address} is listened on twice; keep one of them");
            }
        }

        if (configuration.Get(AdminKeys.Address) is { } admin && IsFixed(admin) && seen.Contains(admin))
        {
            yield return configuration.ErrorAt(AdminKeys.Address,
                $"{configuration.Called(AdminKeys.Address)}: {admin} is where clients are listened for; give the "
                + "admin listener another address");
        }
    }

    // Port 0 takes another port each time.
    private static bool IsFixed(Endpoint endpoint) => endpoint.Scheme == EndpointScheme.Unix || endpoint.Port != 0;

    private static IEnumerable<ConfigurationError> Upstreams(NetworkConfiguration configuration)
    {
        var names = new HashSet<string?>();
        foreach (ConfigurationItem item in configuration.Items(UpstreamKeys.Section))
        {
            string? name = item.Get(UpstreamKeys.Id);
            if (name is "echo" or "ping")
            {
                yield return new(item.OriginOf(UpstreamKeys.Id),
                    $"upstream '{name}' has the name of a local handler: rename it");
            }

            if (name is not null && !names.Add(name))
            {
                yield return new(item.OriginOf(UpstreamKeys.Id),
                    $"upstream '{name}' is given twice: list its nodes in one");
            }

            List<Endpoint> nodes = item.GetAll(UpstreamKeys.Nodes);
            foreach (Endpoint twice in nodes.GroupBy(static n => n).Where(static g => g.Count() > 1)
                .Select(static g => g.Key))
            {
                ConfigurationOrigin at = item.OriginOf(UpstreamKeys.Nodes);
                yield return new(at,
                    $"{at.Calls(UpstreamKeys.Nodes)}: upstream '{name}' has {twice} twice; keep one of them, and "
                    + $"write {UpstreamKeys.Links.Path} for more connections to each");
            }

            if (item.Has(UpstreamKeys.Pins) && nodes.Count > 0 && !nodes.Exists(n => n.Scheme == EndpointScheme.Tls
                || item.Get(UpstreamKeys.Session).For(n.Scheme) == SessionKind.Secure))
            {
                ConfigurationOrigin at = item.OriginOf(UpstreamKeys.Pins);
                bool isFlag = at.Layer == ConfigurationLayer.CommandLine;
                yield return new(at, (isFlag ? "--upstream-pin" : UpstreamKeys.Pins.Path)
                    + $": sessions with upstream '{name}' are plain; leave its pins out, or write "
                    + (isFlag ? $"--upstream-session {name}=secure" : "session = \"secure\""));
            }

            foreach (ConfigurationError late in Delays(
                item, UpstreamKeys.ReconnectDelay, UpstreamKeys.ReconnectDelayMax))
            {
                yield return late;
            }
        }
    }

    private static IEnumerable<ConfigurationError> Routes(NetworkConfiguration configuration)
    {
        string[] names =
        [
            .. configuration.Items(UpstreamKeys.Section).Select(static i => i.Get(UpstreamKeys.Id)).OfType<string>(),
        ];
        foreach (ConfigurationItem item in configuration.Items(RouteKeys.Section))
        {
            string? target = item.Get(RouteKeys.To);
            if (item.Has(RouteKeys.Match) && target is not (null or "echo" or "ping") && !names.Contains(target))
            {
                yield return new(item.OriginOf(RouteKeys.To),
                    $"route '{item.Get(RouteKeys.Match)}' goes to '{target}', which is no upstream: "
                    + (names.Length == 0
                        ? item.OriginOf(RouteKeys.To).Layer == ConfigurationLayer.CommandLine
                            ? "give one with --upstream"
                            : "give one with [[upstream]]"
                        : $"use one of: {string.Join(", ", names)}"));
            }
        }
    }

    private static IEnumerable<ConfigurationError> Clients(NetworkConfiguration configuration)
    {
        ConfigurationItem client = configuration.Single(ClientKeys.Section);
        ConfigurationKey[] useless = client.Has(ClientKeys.AutoReconnect)
            || configuration.IsBad(client, ClientKeys.AutoReconnect)
            ? []
            : [ClientKeys.MaxReconnectAttempts, ClientKeys.ReconnectDelay, ClientKeys.ReconnectDelayMax];
        foreach (ConfigurationKey key in useless.Where(client.Has))
        {
            yield return new(client.OriginOf(key),
                $"{key.Path} needs {ClientKeys.AutoReconnect.Path}; write it, or leave this out");
        }

        foreach (ConfigurationError late in Delays(client, ClientKeys.ReconnectDelay, ClientKeys.ReconnectDelayMax))
        {
            yield return late;
        }
    }

    private static IEnumerable<ConfigurationError> Delays(
        ConfigurationItem item, ConfigurationKey<Duration> min, ConfigurationKey<Duration> max)
    {
        if (item.Get(min).CompareTo(item.Get(max)) > 0)
        {
            ConfigurationKey key = item.Has(max) ? max : min;
            yield return new(item.OriginOf(key), $"{min.Path} of {item.Get(min)} is above {max.Path} of "
                + $"{item.Get(max)}; raise the latter, or lower the former");
        }
    }
}
