using System;
using System.CommandLine;
using System.Linq;
using Microsoft.Extensions.Logging;
using NetworkProtocol.Fast.Relay.Forwarding;
using NetworkProtocol.Fast.Session;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>
/// The files that a relay's secure sessions rest on, opened: its own key, made at the first start, and the keys of
/// those who may connect. Owns the key, so it outlives the relay.
/// </summary>
internal sealed class RelaySecurity : IDisposable
{
    private readonly ParseResult parsed;

    private RelaySecurity(ParseResult parsed, IdentityKey? identity, AuthorizedKeys? authorizedKeys)
    {
        this.parsed = parsed;
        Identity = identity;
        AuthorizedKeys = authorizedKeys;
    }

    /// <summary>The relay's key; null when it has only plain sessions.</summary>
    internal IdentityKey? Identity { get; }

    /// <summary>Clients with a name, or the only ones that may connect; null when no file is named.</summary>
    internal AuthorizedKeys? AuthorizedKeys { get; }

    /// <summary>Opens what the options need. Without a secure session nothing is read or made.</summary>
    /// <exception cref="KeyFileException">A file cannot be used; the message says why.</exception>
    internal static RelaySecurity Open(ParseResult parsed, RelayOptions options, ILogger logger)
    {
        bool isNeeded = RelaySecurityParameters.ListensSecurely(options)
            || options.Upstreams.Any(RelaySecurityParameters.IsSecure);
        if (!isNeeded)
        {
            return new RelaySecurity(parsed, null, null);
        }

        // The list first: if that is no good, no key is made.
        string? list = parsed.GetValue(RelaySecurityParameters.AuthorizedKeys);
        AuthorizedKeys? authorizedKeys = list is null ? null : AuthorizedKeys.Read(list);
        string path = parsed.GetValue(RelaySecurityParameters.Identity)
            ?? IdentityFile.PathIn(parsed.GetValue(SharedOptions.State));
        return new RelaySecurity(parsed, IdentityFile.OpenOrCreate(path, logger), authorizedKeys);
    }

    /// <summary>Puts keys and trust into the relay's options.</summary>
    internal RelayOptions Apply(RelayOptions options)
    {
        if (Identity is null)
        {
            return options;
        }

        SecureServerOptions secure = HandshakeParameters.Apply(parsed, new SecureServerOptions
        {
            Identity = Identity,
            ClientAuthentication = parsed.GetValue(RelaySecurityParameters.ClientAuth),
            AuthorizedKeys = AuthorizedKeys,
        });
        return options with
        {
            Server = options.Server with
            {
                Listeners = [.. options.Server.Listeners.Select(l => l.IsSecure ? l with { Secure = secure } : l)],
            },
            Upstreams = [.. options.Upstreams.Select(Apply)],
        };
    }

    public void Dispose() => Identity?.Dispose();

    private UpstreamOptions Apply(UpstreamOptions upstream)
    {
        if (!RelaySecurityParameters.IsSecure(upstream))
        {
            return upstream;
        }

        KeyFingerprint[] pins = RelaySecurityParameters.PinsOf(parsed, upstream);
        if (pins.Length > 0)
        {
            return upstream with { Secure = Proving(ServerTrust.Pinned(pins)) };
        }

        string? state = parsed.GetValue(SharedOptions.State);
        string? path = parsed.GetValue(TrustOptions.KnownHosts);
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
