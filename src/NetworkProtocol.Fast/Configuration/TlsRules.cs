using System.Collections.Generic;
using System.Linq;
using NetworkProtocol.Fast.Session;

namespace NetworkProtocol.Fast.Configuration;

/// <summary>What a configuration must not say about certificates.</summary>
internal static class TlsRules
{
    // What several listeners have in common is told once.
    internal static IEnumerable<ConfigurationError> Check(NetworkConfiguration configuration) =>
    [
        .. configuration.Listeners().Where(static l => l.IsTls).SelectMany(l => Listener(configuration, l)).Distinct(),
        .. configuration.Items(UpstreamKeys.Section).SelectMany(static i => OwnKey(
            i, UpstreamKeys.Certificate, UpstreamKeys.PrivateKey, UpstreamKeys.PasswordFile)),
        .. OwnKey(configuration.Single(ClientKeys.Section), ClientKeys.Certificate, ClientKeys.PrivateKey,
            ClientKeys.PasswordFile),
    ];

    private static IEnumerable<ConfigurationError> Listener(
        NetworkConfiguration configuration, ConfiguredListener listener)
    {
        (List<string> certificates, List<string> keys) = listener.CertificatePaths();
        bool isBad = configuration.IsBad(configuration.Single(TlsKeys.Section), TlsKeys.Certificates)
            || (listener.Own is { } own && configuration.IsBad(own, ListenerKeys.Certificates));
        if (certificates.Count == 0 && !isBad)
        {
            yield return new(listener.Origin, "a tls:// listener needs a certificate; name one with "
                + listener.Calls(ListenerKeys.Certificates) + ", or make one with npfast cert self-signed");
        }

        if (keys.Count > 0 && keys.Count != certificates.Count && certificates.Count > 0)
        {
            ConfigurationOrigin at = listener.Find(ListenerKeys.PrivateKeys)!.Origin;
            yield return new(at, $"{listener.Calls(ListenerKeys.PrivateKeys)} is given {Times(keys.Count)} and "
                + $"{listener.Calls(ListenerKeys.Certificates)} {Times(certificates.Count)}; give one key for each "
                + "certificate, in the same order");
        }

        ConfigurationValue? roots = listener.Find(ListenerKeys.ClientRoots);
        ConfigurationValue? asked = listener.Find(ListenerKeys.ClientAuth);
        if (listener.ClientAuth != ClientAuthentication.None && roots is null)
        {
            yield return new(asked!.Origin, $"{listener.Calls(ListenerKeys.ClientAuth)} asks clients of a tls:// "
                + "listener for certificates; name the file of their CA with "
                + listener.Calls(ListenerKeys.ClientRoots, ListenerKeys.ClientAuth));
        }

        if (listener.ClientAuth == ClientAuthentication.None
            && (roots ?? listener.Find(ListenerKeys.AllowedClients)) is { } unused)
        {
            ConfigurationOrigin at = unused.Origin;
            yield return new(at, roots is null
                ? $"{listener.Calls(ListenerKeys.AllowedClients)} needs "
                    + listener.Calls(ListenerKeys.ClientRoots, ListenerKeys.AllowedClients)
                    + " with the CA of the clients"
                : $"{listener.Calls(ListenerKeys.ClientRoots)} is of no use with "
                    + $"{listener.Calls(ListenerKeys.ClientAuth)} none; leave one out");
        }
    }

    private static IEnumerable<ConfigurationError> OwnKey(
        ConfigurationItem item, ConfigurationKey certificate, params ConfigurationKey[] besides)
    {
        foreach (ConfigurationKey key in besides)
        {
            if (item.Has(key) && !item.Has(certificate))
            {
                yield return new(item.OriginOf(key),
                    $"{key.Path} needs the certificate that goes with it; add {certificate.Path}");
            }
        }
    }

    private static string Times(int count) => count == 1 ? "once" : $"{count} times";
}
