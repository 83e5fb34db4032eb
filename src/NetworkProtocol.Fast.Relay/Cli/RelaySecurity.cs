using System;
using System.Linq;
using Microsoft.Extensions.Logging;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Relay.Forwarding;
using NetworkProtocol.Fast.Session;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>
/// The files that a relay's secure sessions rest on, opened: its own key, made at the first start, and the keys of
/// those who may connect. Owns the key, so it outlives the relay.
/// </summary>
internal sealed class RelaySecurity : IDisposable
{
    private readonly NetworkConfiguration configuration;

    private RelaySecurity(NetworkConfiguration configuration, IdentityKey? identity, AuthorizedKeys? authorizedKeys)
    {
        this.configuration = configuration;
        Identity = identity;
        AuthorizedKeys = authorizedKeys;
    }

    /// <summary>The relay's key; null when it has only plain sessions.</summary>
    internal IdentityKey? Identity { get; }

    /// <summary>Clients with a name, or the only ones that may connect; null when no file is named.</summary>
    internal AuthorizedKeys? AuthorizedKeys { get; }

    /// <summary>Opens what the options need. Without a secure session nothing is read or made.</summary>
    /// <exception cref="KeyFileException">A file cannot be used; the message says why.</exception>
    internal static RelaySecurity Open(NetworkConfiguration configuration, RelayOptions options, ILogger logger)
    {
        if (!options.Server.Listeners.Any(static l => l.IsSecure) && !options.Upstreams.Any(static u => u.IsSecure))
        {
            return new RelaySecurity(configuration, null, null);
        }

        // The list first: if that is no good, no key is made.
        string? list = configuration.Get(IdentityKeys.AuthorizedKeys);
        AuthorizedKeys? authorizedKeys = list is null ? null : AuthorizedKeys.Read(list);
        string path = configuration.Get(IdentityKeys.File)
            ?? IdentityFile.PathIn(configuration.Get(IdentityKeys.State));
        return new RelaySecurity(configuration, IdentityFile.OpenOrCreate(path, logger), authorizedKeys);
    }

    /// <summary>Puts keys and trust into the relay's options.</summary>
    internal RelayOptions Apply(RelayOptions options)
    {
        if (Identity is null)
        {
            return options;
        }

        var secure = new SecureServerOptions { Identity = Identity, AuthorizedKeys = AuthorizedKeys };
        return options with
        {
            Server = options.Server with
            {
                Listeners = configuration.ToListeners(secure),
            },
            Upstreams = [.. options.Upstreams.Select(Apply)],
        };
    }

    /// <summary>The same keys for another configuration: what they are changes only with a restart.</summary>
    internal RelaySecurity With(NetworkConfiguration other) => new(other, Identity, AuthorizedKeys);

    public void Dispose() => Identity?.Dispose();

    private UpstreamOptions Apply(UpstreamOptions upstream)
    {
        if (!upstream.IsSecure)
        {
            return upstream;
        }

        if (upstream.Pins.Count > 0)
        {
            return upstream with { Secure = Proving(ServerTrust.Pinned([.. upstream.Pins])) };
        }

        string? state = configuration.Get(IdentityKeys.State);
        string? path = configuration.Get(IdentityKeys.KnownHosts);
        KnownHosts hosts = path is null ? KnownHosts.In(state) : new KnownHosts(path);
        KeyFingerprint[] own = IdentityFile.FindOwn(state, out string? fault) is { } key
            ? [Identity!.Fingerprint, key]
            : [Identity!.Fingerprint];
        return upstream with
        {
            Secure = Proving(Advising(ServerTrust.Known(hosts), upstream)),
            SecureOnLoopback = Proving(Advising(ServerTrust.Known(hosts, own), upstream, fault)),
        };
    }

    private SecureClientOptions Proving(ServerTrust trust) => new() { Trust = trust, Identity = Identity };

    private static ServerTrust Advising(
        ServerTrust trust, UpstreamOptions upstream, string? fault = null) => trust.WithAdvice(key =>
        $"add {RelaySecurityParameters.UpstreamPins.Name} {upstream.Name}={key}, or a line with both to the file"
        + IdentityFile.Describe(fault));
}
