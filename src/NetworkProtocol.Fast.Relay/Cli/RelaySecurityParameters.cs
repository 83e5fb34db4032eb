using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Linq;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Relay.Forwarding;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>The options of <c>npfast relay</c> about keys and trust, and what they must not say. Opens no
/// file.</summary>
internal static class RelaySecurityParameters
{
    internal static Option<string?> Identity { get; } = Parameters.Option<string?>(
        "--identity", "FILE", "The relay's private key, made if it is missing; identity.pem in the state directory "
        + "unless given", ValueParsers.FilePath);

    internal static Option<ClientAuthentication> ClientAuth { get; } = Parameters.Option<ClientAuthentication>(
        "--client-auth", "none|optional|required", "Whether clients must prove an authorised key, or on tls:// "
        + "listeners a certificate; none unless given", ValueParsers.ClientAuth);

    internal static Option<string?> AuthorizedKeys { get; } = Parameters.Option<string?>(
        "--authorized-keys", "FILE", "Keys of clients, a line FINGERPRINT [NAME] for each", ValueParsers.FilePath);

    internal static Option<IReadOnlyList<(string Upstream, SessionKind Session)>> UpstreamSessions { get; } =
        Parameters.Repeatable<(string, SessionKind)>(
            "--upstream-session", "NAME=plain|secure", "How sessions with an upstream are protected; "
            + "secure on tcp, plain on unix unless given; repeatable", UpstreamParser.ParseSession);

    internal static Option<IReadOnlyList<(string Upstream, KeyFingerprint Pin)>> UpstreamPins { get; } =
        Parameters.Repeatable<(string, KeyFingerprint)>(
            "--upstream-pin", "NAME=FINGERPRINT", "Trusts nodes of an upstream with this key, and not those in the "
            + "known-hosts file; repeatable", UpstreamParser.ParsePin);

    internal static Option<IReadOnlyList<(RouteMatch Match, IReadOnlyList<string> Names)>> RouteClients { get; } =
        Parameters.Repeatable<(RouteMatch, IReadOnlyList<string>)>(
            "--route-clients", "MATCH=NAME[,NAME]", "Lets only these authorised clients use a route; repeatable",
            RouteParser.ParseClients);

    internal static IReadOnlyList<Option> All { get; } =
    [
        Identity, SharedOptions.State, ClientAuth, AuthorizedKeys, RouteClients, UpstreamSessions, UpstreamPins,
        TrustOptions.KnownHosts, .. HandshakeParameters.OfAll,
        .. HandshakeParameters.OfSecure,
    ];

    /// <summary>Gives the upstreams their sessions, and checks what needs no file.</summary>
    /// <exception cref="UsageException">The options contradict each other, or the endpoints.</exception>
    internal static RelayOptions Apply(ParseResult parsed, RelayOptions options)
    {
        options = options with
        {
            Upstreams = [.. options.Upstreams.Select(u => u with { Session = SessionOf(parsed, u) })],
            Routes = RestrictedRoutes(parsed, options.Routes),
        };
        RequireNames(options, UpstreamSessions, parsed.GetValue(UpstreamSessions)?.Select(static s => s.Upstream));
        RequireNames(options, UpstreamPins, parsed.GetValue(UpstreamPins)?.Select(static p => p.Upstream));
        foreach (UpstreamOptions upstream in options.Upstreams)
        {
            if (PinsOf(parsed, upstream).Length > 0 && !IsSecure(upstream) && !RelayTlsParameters.HasTls(upstream))
            {
                throw new UsageException($"{UpstreamPins.Name}: sessions with upstream '{upstream.Name}' are plain; "
                    + $"leave its pins out, or write {UpstreamSessions.Name} {upstream.Name}=secure");
            }
        }

        bool listensSecurely = ListensSecurely(options);
        bool connectsSecurely = options.Upstreams.Any(IsSecure);
        bool listensByTls = options.Server.Listeners.Any(static l => l.Tls is not null);
        bool knowsCertificates = options.Server.Listeners.Any(
            static l => l.Tls is { ClientAuthentication: not ClientAuthentication.None });
        RequireUse(parsed, ClientAuth, listensSecurely || listensByTls, "a listener");
        RequireUse(parsed, AuthorizedKeys, listensSecurely, "a listener");
        RequireUse(parsed, RouteClients, listensSecurely || knowsCertificates, "a listener");
        foreach (Option limit in HandshakeParameters.OfAll)
        {
            RequireUse(parsed, limit, listensSecurely || listensByTls, "a listener");
        }

        foreach (Option limit in HandshakeParameters.OfSecure)
        {
            RequireUse(parsed, limit, listensSecurely, "a listener");
        }

        RequireUse(parsed, Identity, listensSecurely || connectsSecurely, "a listener or an upstream");
        RequireUse(parsed, TrustOptions.KnownHosts, connectsSecurely, "an upstream");
        if (listensSecurely && parsed.GetValue(ClientAuth) == ClientAuthentication.Required
            && parsed.GetValue(AuthorizedKeys) is null)
        {
            throw new UsageException(
                $"{ClientAuth.Name} required needs the keys of those who may connect; name a file with "
                + AuthorizedKeys.Name);
        }

        if (parsed.GetValue(RouteClients) is { Count: > 0 } && !knowsCertificates
            && parsed.GetValue(AuthorizedKeys) is null)
        {
            throw new UsageException(
                $"{RouteClients.Name} needs the keys that go with the names; name a file with {AuthorizedKeys.Name}");
        }

        return options;
    }

    private static RouteOptions[] RestrictedRoutes(ParseResult parsed, IReadOnlyList<RouteOptions> routes)
    {
        RouteOptions[] restricted = [.. routes];
        foreach ((RouteMatch match, IReadOnlyList<string> names) in parsed.GetValue(RouteClients) ?? [])
        {
            int index = Array.FindIndex(restricted, r => r.Match.Equals(match));
            if (index < 0)
            {
                throw new UsageException(
                    $"{RouteClients.Name}: there is no route '{match}'; give it with --route {match}=NAME");
            }

            if (restricted[index].Clients is not null)
            {
                throw new UsageException($"{RouteClients.Name}: '{match}' is given twice; list its clients in one");
            }

            restricted[index] = restricted[index] with { Clients = names };
        }

        return restricted;
    }

    internal static KeyFingerprint[] PinsOf(ParseResult parsed, UpstreamOptions upstream) =>
        [.. (parsed.GetValue(UpstreamPins) ?? []).Where(p => p.Upstream == upstream.Name).Select(static p => p.Pin)];

    internal static bool ListensSecurely(RelayOptions options) =>
        options.Server.Listeners.Any(static l => l.IsSecure);

    internal static bool IsSecure(UpstreamOptions upstream) => upstream.Nodes.Any(n => IsSecure(upstream.Session, n));

    private static bool IsSecure(SessionKind session, Endpoint endpoint) =>
        session.For(endpoint.Scheme) == SessionKind.Secure;

    private static SessionKind SessionOf(ParseResult parsed, UpstreamOptions upstream)
    {
        SessionKind[] said =
        [
            .. (parsed.GetValue(UpstreamSessions) ?? []).Where(s => s.Upstream == upstream.Name)
                .Select(static s => s.Session),
        ];
        return said.Length <= 1
            ? said.FirstOrDefault()
            : throw new UsageException($"{UpstreamSessions.Name}: '{upstream.Name}' is given twice; keep one of them");
    }

    private static void RequireNames(RelayOptions options, Option option, IEnumerable<string>? names)
    {
        string[] upstreams = [.. options.Upstreams.Select(static u => u.Name)];
        foreach (string name in names ?? [])
        {
            if (!upstreams.Contains(name, StringComparer.Ordinal))
            {
                throw new UsageException($"{option.Name}: '{name}' is no upstream; "
                    + (upstreams.Length == 0
                        ? "give one with --upstream"
                        : $"use one of: {string.Join(", ", upstreams)}"));
            }
        }
    }

    private static void RequireUse(ParseResult parsed, Option option, bool isOfUse, string where)
    {
        if (!isOfUse && TrustOptions.IsGiven(parsed, option))
        {
            throw new UsageException(
                $"{option.Name} needs {where} with secure sessions; leave it out, or make one secure");
        }
    }
}
