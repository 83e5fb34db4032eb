using System.Collections.Generic;
using System.Linq;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Configuration;

/// <summary>Keys that are given where there is no endpoint which they are for.</summary>
internal static class ScopeRules
{
    internal static IEnumerable<ConfigurationError> Check(NetworkConfiguration configuration)
    {
        // Who has mistyped an address is told of that.
        bool isKnown = !configuration.IsBad(configuration.Single(ServerKeys.Section), ServerKeys.Address)
            && !configuration.Items(ListenerKeys.Section).Any(i => configuration.IsBad(i, ListenerKeys.Address))
            && !configuration.Items(UpstreamKeys.Section).Any(i => configuration.IsBad(i, UpstreamKeys.Nodes));
        return isKnown ? [.. General(configuration), .. Listeners(configuration), .. Upstreams(configuration)] : [];
    }

    private static IEnumerable<ConfigurationError> General(NetworkConfiguration configuration)
    {
        Endpoint[] listening = [.. configuration.Listeners().Select(static l => l.Address)];
        Endpoint[] nodes =
            [.. configuration.Items(UpstreamKeys.Section).SelectMany(static u => u.GetAll(UpstreamKeys.Nodes))];
        foreach (ConfigurationSection section in ConfigurationSchema.Sections.Where(static s => !s.IsList))
        {
            foreach (ConfigurationKey key in section.Keys.Where(configuration.IsGiven))
            {
                Endpoint[] where = key.Scope == KeyScope.TlsAnywhere ? [.. listening, .. nodes] : listening;
                if (!where.Any(e => Covers(key.Scope, e)))
                {
                    yield return configuration.ErrorAt(key, $"{configuration.Called(key)} needs {Needed(key.Scope)}");
                }
            }
        }
    }

    private static IEnumerable<ConfigurationError> Listeners(NetworkConfiguration configuration)
    {
        foreach (ConfigurationItem item in configuration.Items(ListenerKeys.Section))
        {
            foreach (ConfigurationKey key in item.Section.Keys)
            {
                if (item.Has(ListenerKeys.Address) && item.Has(key)
                    && !Covers(key.Scope, item.Get(ListenerKeys.Address)))
                {
                    yield return new(item.OriginOf(key), $"{key.Path} is of no use at "
                        + $"{item.Get(ListenerKeys.Address)}: it is for {Named(key.Scope)}; leave it out");
                }
            }

            if (item.Has(ListenerKeys.Address) && item.Get(ListenerKeys.Address).Scheme == EndpointScheme.Tls
                && item.Get(ListenerKeys.Session) == SessionKind.Secure)
            {
                yield return new(item.OriginOf(ListenerKeys.Session),
                    $"{ListenerKeys.Session.Path}: TLS protects {item.Get(ListenerKeys.Address)} already; "
                    + "leave it out");
            }
        }
    }

    private static IEnumerable<ConfigurationError> Upstreams(NetworkConfiguration configuration)
    {
        foreach (ConfigurationItem item in configuration.Items(UpstreamKeys.Section))
        {
            List<Endpoint> nodes = item.GetAll(UpstreamKeys.Nodes);
            foreach (ConfigurationKey key in item.Section.Keys.Where(item.Has))
            {
                if (nodes.Count > 0 && !nodes.Exists(n => Covers(key.Scope, n)))
                {
                    ConfigurationOrigin at = item.OriginOf(key);
                    string called = at.Layer == ConfigurationLayer.CommandLine ? at.Source : key.Path;
                    yield return new(at,
                        $"{called}: upstream '{item.Get(UpstreamKeys.Id)}' has no tls:// node; leave it out");
                }
            }
        }
    }

    private static bool Covers(KeyScope scope, Endpoint endpoint) => scope switch
    {
        KeyScope.UnixSocket => endpoint.Scheme == EndpointScheme.Unix,
        KeyScope.UnixFile => endpoint is { Scheme: EndpointScheme.Unix, IsAbstract: false },
        KeyScope.Tls or KeyScope.TlsAnywhere => endpoint.Scheme == EndpointScheme.Tls,
        _ => true,
    };

    private static string Named(KeyScope scope) => scope switch
    {
        KeyScope.UnixSocket => "Unix sockets",
        KeyScope.UnixFile => "Unix sockets with a file",
        _ => "tls:// endpoints",
    };

    private static string Needed(KeyScope scope) => scope switch
    {
        KeyScope.UnixSocket => "a listener on a Unix socket; leave it out, or listen on unix:///PATH",
        KeyScope.UnixFile => "a listener on a Unix socket with a file; leave it out, or listen on unix:///PATH",
        KeyScope.TlsAnywhere => "a tls:// listener or upstream; leave it out, or give one",
        _ => "a tls:// listener; leave it out, or give one",
    };
}
