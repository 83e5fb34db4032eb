using System.Collections.Generic;
using System.CommandLine;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Session;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>The options of <c>npfast relay</c> about keys and trust.</summary>
internal static class RelaySecurityParameters
{
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
        Parameters.Of(IdentityKeys.File), SharedOptions.State, Parameters.Of(IdentityKeys.ClientAuth),
        Parameters.Of(IdentityKeys.AuthorizedKeys), RouteClients, UpstreamSessions, UpstreamPins,
        TrustOptions.KnownHosts, Parameters.Of(LimitKeys.Handshakes), Parameters.Of(LimitKeys.HandshakesPerAddress),
        Parameters.Of(LimitKeys.ClockBehind), Parameters.Of(LimitKeys.ClockAhead),
        Parameters.Of(LimitKeys.RememberedHandshakes),
    ];
}
