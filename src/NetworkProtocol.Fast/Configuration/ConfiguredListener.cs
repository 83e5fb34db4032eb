using System.Collections.Generic;
using System.Linq;
using NetworkProtocol.Fast.Certificates;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Configuration;

/// <summary>One endpoint to listen on as a configuration says it: what its own [[listener]] has, else what holds for
/// all.</summary>
/// <param name="configuration">The whole.</param>
/// <param name="address">Where to listen.</param>
/// <param name="own">Its [[listener]]; null for one of server.address.</param>
internal sealed class ConfiguredListener(NetworkConfiguration configuration, Endpoint address, ConfigurationItem? own)
{
    internal Endpoint Address { get; } = address;

    internal ConfigurationItem? Own { get; } = own;

    /// <summary>Where its address stands.</summary>
    internal ConfigurationOrigin Origin => Own?.OriginOf(ListenerKeys.Address)
        ?? configuration.Single(ServerKeys.Section).OriginOf(ServerKeys.Address);

    internal bool IsTls => Address.Scheme == EndpointScheme.Tls;

    /// <summary>Plain on tls://, where what others ask for is there already.</summary>
    internal SessionKind Session => IsTls ? SessionKind.Plain : Get(ListenerKeys.Session);

    internal bool IsSecure => Session.For(Address.Scheme) == SessionKind.Secure;

    /// <summary>What was said about a key, here or for all; null for nothing.</summary>
    internal ConfigurationValue? Find(ConfigurationKey key) => Own?.Find(key) ?? FindGeneral(key);

    internal T Get<T>(ConfigurationKey<T> key) =>
        Find(key) is { Texts: [var text, ..] } ? key.Read(text) : key.Default;

    internal List<T> GetAll<T>(ConfigurationKey<T> key) => [.. (Find(key)?.Texts ?? []).Select(key.Read)];

    /// <summary>Certificates with their keys. Keys belong to the certificates beside which they stand.</summary>
    internal (List<string> Certificates, List<string> Keys) CertificatePaths()
    {
        bool hasOwn = Own?.Has(ListenerKeys.Certificates) ?? false;
        List<string?> keys = !hasOwn || Own!.Has(ListenerKeys.PrivateKeys) ? GetAll(ListenerKeys.PrivateKeys) : [];
        return ([.. GetAll(ListenerKeys.Certificates).OfType<string>()], [.. keys.OfType<string>()]);
    }

    /// <summary>Whether clients have to say who they are. Over TLS a CA alone asks for it.</summary>
    internal ClientAuthentication ClientAuth => Find(ListenerKeys.ClientAuth) is not null
        ? Get(ListenerKeys.ClientAuth)
        : IsTls && Find(ListenerKeys.ClientRoots) is not null ? ClientAuthentication.Required : default;

    /// <summary>Who may connect to a Unix socket; null where it is none.</summary>
    internal LocalAccess? Local()
    {
        if (Address.Scheme != EndpointScheme.Unix)
        {
            return null;
        }

        var access = new LocalAccess
        {
            AllowedUsers = GetAll(ListenerKeys.AllowedUsers),
            AllowedGroups = GetAll(ListenerKeys.AllowedGroups),
        };
        if (Address.IsAbstract)
        {
            return access;
        }

        (uint? user, uint? group) = Get(ListenerKeys.SocketOwner);
        return access with { FileMode = Get(ListenerKeys.SocketMode), FileOwner = user, FileGroup = group };
    }

    /// <summary>Certificates and trust over TLS; null where none is spoken.</summary>
    internal TlsServerOptions? Tls(HandshakeLimitOptions limits)
    {
        if (!IsTls)
        {
            return null;
        }

        (List<string> certificates, List<string> keys) = CertificatePaths();
        string? password = Get(ListenerKeys.PasswordFile);
        bool asks = ClientAuth != ClientAuthentication.None;
        return new TlsServerOptions
        {
            Certificates =
            [
                .. certificates.Select((c, i) => new CertificateFiles(c, keys.ElementAtOrDefault(i), password)),
            ],
            ClientAuthentication = ClientAuth,
            ClientRootsFile = asks ? Get(ListenerKeys.ClientRoots) : null,
            AllowedClients = asks ? [.. GetAll(ListenerKeys.AllowedClients).OfType<string>()] : [],
            Revocation = configuration.Get(TlsKeys.Revocation),
            Limits = limits,
        };
    }

    /// <summary>A key by the name under which it, or what stands beside it, was said.</summary>
    internal string Calls(ConfigurationKey key, ConfigurationKey? beside = null) =>
        Own?.Has(beside ?? key) is true ? key.Path : (Find(beside ?? key)?.Origin ?? Origin).Calls(key.Inherits!);

    private ConfigurationValue? FindGeneral(ConfigurationKey key) => key.Inherits is { } general
        ? configuration.Single(ConfigurationSchema.Find(general.Section)!).Find(general)
        : null;
}
