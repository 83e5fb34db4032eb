using System.Collections.Generic;
using System.Linq;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Configuration;

/// <summary>What a configuration must not say about keys, clients and the admin listener.</summary>
internal static class SecurityRules
{
    internal static IEnumerable<ConfigurationError> Check(NetworkConfiguration configuration) =>
        [.. Sessions(configuration), .. Clients(configuration), .. Admin(configuration)];

    private static IEnumerable<ConfigurationError> Sessions(NetworkConfiguration configuration)
    {
        List<ConfiguredListener> listeners = configuration.Listeners();
        bool listensSecurely = listeners.Exists(static l => l.IsSecure);
        bool listensByTls = listeners.Exists(static l => l.IsTls);
        bool connectsSecurely = configuration.Items(UpstreamKeys.Section).Any(static u => u.GetAll(UpstreamKeys.Nodes)
            .Exists(n => u.Get(UpstreamKeys.Session).For(n.Scheme) == SessionKind.Secure));
        foreach (ConfigurationKey key in SecureListenerKeys)
        {
            if (!listensSecurely && !(listensByTls && ForTlsAsWell.Contains(key)) && configuration.IsGiven(key))
            {
                yield return configuration.ErrorAt(key, Useless(configuration, key, "a listener"));
            }
        }

        if (!listensSecurely && !connectsSecurely && configuration.IsGiven(IdentityKeys.File))
        {
            yield return configuration.ErrorAt(IdentityKeys.File,
                Useless(configuration, IdentityKeys.File, "a listener or an upstream"));
        }

        // In a file it may be there for a client.
        if (!connectsSecurely
            && configuration.OriginOf(IdentityKeys.KnownHosts).Layer == ConfigurationLayer.CommandLine)
        {
            yield return configuration.ErrorAt(IdentityKeys.KnownHosts,
                Useless(configuration, IdentityKeys.KnownHosts, "an upstream"));
        }
    }

    private static IEnumerable<ConfigurationError> Clients(NetworkConfiguration configuration)
    {
        List<ConfiguredListener> listeners = configuration.Listeners();
        bool listensSecurely = listeners.Exists(static l => l.IsSecure);
        bool knowsCertificates =
            listeners.Exists(static l => l.IsTls && l.ClientAuth != ClientAuthentication.None);
        bool hasKeys = configuration.IsGiven(IdentityKeys.AuthorizedKeys)
            || configuration.IsBad(configuration.Single(IdentityKeys.Section), IdentityKeys.AuthorizedKeys);
        if (!hasKeys && listeners.Find(static l => l.IsSecure && l.ClientAuth == ClientAuthentication.Required) is
            { } strict)
        {
            ConfigurationValue said = strict.Find(ListenerKeys.ClientAuth)!;
            bool isOwn = strict.Own?.Has(ListenerKeys.ClientAuth) ?? false;
            yield return new(said.Origin, isOwn
                ? $"{ListenerKeys.ClientAuth.Path} required needs the keys of those who may connect; "
                    + $"name a file with {IdentityKeys.AuthorizedKeys.Path}"
                : $"{configuration.Called(IdentityKeys.ClientAuth)} required needs the keys of those who may connect; "
                    + $"name a file with {configuration.Called(IdentityKeys.ClientAuth, IdentityKeys.AuthorizedKeys)}");
        }

        foreach (ConfigurationItem route in configuration.Items(RouteKeys.Section))
        {
            if (route.Has(RouteKeys.Clients) && !knowsCertificates && (!listensSecurely || !hasKeys))
            {
                ConfigurationOrigin at = route.OriginOf(RouteKeys.Clients);
                bool isFlag = at.Layer == ConfigurationLayer.CommandLine;
                string called = isFlag ? "--route-clients" : RouteKeys.Clients.Path;
                yield return new(at, !listensSecurely
                    ? $"{called} needs a listener with secure sessions; leave it out, or make one secure"
                    : $"{called} needs the keys that go with the names; name a file with "
                        + (isFlag ? IdentityKeys.AuthorizedKeys.Flag : IdentityKeys.AuthorizedKeys.Path));
            }
        }
    }

    private static IEnumerable<ConfigurationError> Admin(NetworkConfiguration configuration)
    {
        Endpoint? endpoint = configuration.Get(AdminKeys.Address);
        bool isBad = configuration.IsBad(configuration.Single(AdminKeys.Section), AdminKeys.Address);
        foreach (ConfigurationKey key in (ConfigurationKey[])[AdminKeys.TokenFile, AdminKeys.Access])
        {
            if (endpoint is null && !isBad && configuration.IsGiven(key))
            {
                yield return configuration.ErrorAt(key, $"{configuration.Called(key)} needs an admin listener; give "
                    + $"one with {configuration.Called(key, AdminKeys.Address)}, or leave it out");
            }
        }

        if (endpoint is { IsLoopback: false } && configuration.Get(AdminKeys.Access) == AdminAccess.Local)
        {
            yield return configuration.ErrorAt(AdminKeys.Address, $"{configuration.Called(AdminKeys.Address)}: "
                + $"{endpoint} can be reached from other machines; use a loopback address or a Unix socket, or write "
                + $"{configuration.Called(AdminKeys.Address, AdminKeys.Access)} remote");
        }
        else if (endpoint is { IsLoopback: false } && !configuration.IsGiven(AdminKeys.TokenFile)
            && !NetworkConfiguration.IsSet(AdminKeys.TokenVariable))
        {
            yield return configuration.ErrorAt(AdminKeys.Address, $"{configuration.Called(AdminKeys.Address)}: "
                + $"{endpoint} can be reached from other machines, so it needs a token; name its file with "
                + $"{configuration.Called(AdminKeys.Address, AdminKeys.TokenFile)}, or set {AdminKeys.TokenVariable}");
        }
    }

    private static ConfigurationKey[] SecureListenerKeys =>
    [
        IdentityKeys.ClientAuth, IdentityKeys.AuthorizedKeys, LimitKeys.Handshakes, LimitKeys.HandshakesPerAddress,
        LimitKeys.ClockBehind, LimitKeys.ClockAhead, LimitKeys.RememberedHandshakes,
    ];

    // Handshakes over TLS have the same limits, and may ask for certificates.
    private static ConfigurationKey[] ForTlsAsWell =>
        [IdentityKeys.ClientAuth, LimitKeys.Handshakes, LimitKeys.HandshakesPerAddress];

    private static string Useless(NetworkConfiguration configuration, ConfigurationKey key, string where) =>
        $"{configuration.Called(key)} needs {where} with secure sessions; leave it out, or make one secure";
}
