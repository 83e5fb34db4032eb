using System.Collections.Generic;
using System.CommandLine;
using NetworkProtocol.Fast.Certificates;
using NetworkProtocol.Fast.Configuration;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>The options of <c>npfast relay</c> about tls:// listeners and upstreams.</summary>
internal static class RelayTlsParameters
{
    internal static Option<IReadOnlyList<(string Upstream, string Roots)>> UpstreamRoots { get; } =
        Parameters.Repeatable<(string, string)>(
            "--upstream-ca", "NAME=FILE|system", "CAs of the tls:// nodes of an upstream; those of the system unless "
            + "given, none where a pin is; repeatable", UpstreamParser.ParseRoots);

    internal static Option<IReadOnlyList<(string Upstream, CertificateFiles Files)>> UpstreamCertificates { get; } =
        Parameters.Repeatable<(string, CertificateFiles)>(
            "--upstream-certificate", "NAME=FILE[,KEY]", "Certificate to show to the tls:// nodes of an upstream; "
            + "repeatable", UpstreamParser.ParseCertificate);

    internal static IReadOnlyList<Option> All { get; } =
    [
        Parameters.OfEach(TlsKeys.Certificates), Parameters.OfEach(TlsKeys.PrivateKeys),
        Parameters.Of(TlsKeys.PasswordFile), Parameters.Of(TlsKeys.ClientRoots),
        Parameters.OfEach(TlsKeys.AllowedClients), Parameters.Of(TlsKeys.Revocation), UpstreamRoots,
        UpstreamCertificates,
    ];
}
