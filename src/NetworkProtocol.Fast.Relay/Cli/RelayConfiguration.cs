using System.Collections.Generic;
using System.CommandLine;
using System.Linq;
using System.Threading;
using NetworkProtocol.Fast.Certificates;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Relay.Forwarding;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>The configuration of a relay: defaults, file, environment, command line; and the relay's options out of
/// it. There is no other way to them.</summary>
internal static class RelayConfiguration
{
    internal static Option<string?> File { get; } = Parameters.Option<string?>(
        "--config", "FILE", "A TOML file with what the other options say, and more; read again on SIGHUP",
        ValueParsers.FilePath);

    // Read before the command runs, for the socket threads; its first Load takes it.
    private static NetworkConfiguration? early;

    /// <summary>All layers, checked.</summary>
    /// <exception cref="ConfigurationException">Something is wrong; all of it is told.</exception>
    /// <exception cref="System.IO.IOException">The file cannot be read.</exception>
    internal static NetworkConfiguration Load(ParseResult parsed) =>
        Check(Interlocked.Exchange(ref early, null) ?? Read(parsed));

    /// <summary>How many threads are to handle sockets. What is wrong is for <see cref="Load"/> to say.</summary>
    internal static int WorkersOf(ParseResult parsed)
    {
        early = Read(parsed);
        return early.Get(LimitKeys.Workers);
    }

    /// <summary>All layers as they are, errors collected.</summary>
    private static NetworkConfiguration Read(ParseResult parsed)
    {
        NetworkConfiguration configuration = NetworkConfiguration.Read(parsed.GetValue(File), null);
        CommandLineLayer.Apply(parsed, configuration);
        return configuration;
    }

    /// <summary>Checks what the library can, and the routes, which only a relay has.</summary>
    internal static NetworkConfiguration Check(NetworkConfiguration configuration)
    {
        List<ConfigurationError> errors =
        [
            .. configuration.Errors, .. ConfigurationRules.Check(configuration), .. RouteRules.Check(configuration),
            .. EnvironmentRules.Check(configuration),
        ];
        return errors.Count == 0
            ? configuration
            : throw new ConfigurationException(NetworkConfiguration.InOrder(errors));
    }

    /// <summary>The relay's options but for keys and trust, which <see cref="RelaySecurity"/> adds.</summary>
    internal static RelayOptions ToOptions(NetworkConfiguration configuration)
    {
        ServerOptions server = configuration.ToServerOptions();
        return new RelayOptions
        {
            Server = server with { Link = server.Link with { Software = "npfast relay" } },
            Upstreams = [.. configuration.Items(UpstreamKeys.Section).Select(i => UpstreamOf(configuration, i))],
            Routes = [.. configuration.Items(RouteKeys.Section).Select(RouteOf)],
        };
    }

    private static UpstreamOptions UpstreamOf(NetworkConfiguration configuration, ConfigurationItem item)
    {
        var upstream = new UpstreamOptions
        {
            Name = item.Get(UpstreamKeys.Id)!,
            Nodes = item.GetAll(UpstreamKeys.Nodes),
            Session = item.Get(UpstreamKeys.Session),
            Pins = item.GetAll(UpstreamKeys.Pins),
            LinksPerNode = configuration.Get(item, UpstreamKeys.Links),
            RequestTimeout = configuration.Get(item, UpstreamKeys.Timeout).Span,
            RequestsInFlightMax = item.Get(UpstreamKeys.RequestsInFlight),
            ReconnectDelayMin = item.Get(UpstreamKeys.ReconnectDelay).Span,
            ReconnectDelayMax = item.Get(UpstreamKeys.ReconnectDelayMax).Span,
            Failures = item.Get(UpstreamKeys.Failures),
        };
        return upstream with
        {
            Link = configuration.ToLinkOptions(upstream.Link),
            Tls = upstream.HasTls ? TlsOf(configuration, item) : null,
        };
    }

    private static TlsClientOptions TlsOf(NetworkConfiguration configuration, ConfigurationItem item) =>
        TlsClientOptions.Trusting(item.Get(UpstreamKeys.Roots), item.GetAll(UpstreamKeys.Pins)) with
        {
            Certificate = item.Get(UpstreamKeys.Certificate) is { } certificate
                ? new CertificateFiles(
                    certificate, item.Get(UpstreamKeys.PrivateKey), item.Get(UpstreamKeys.PasswordFile))
                : null,
            Revocation = configuration.Get(TlsKeys.Revocation),
        };

    private static RouteOptions RouteOf(ConfigurationItem item) => new()
    {
        Match = RouteMatch.Parse(item.Get(RouteKeys.Match)!),
        Target = item.Get(RouteKeys.To)!,
        Clients = item.Has(RouteKeys.Clients) ? [.. item.GetAll(RouteKeys.Clients).OfType<string>()] : null,
    };
}
