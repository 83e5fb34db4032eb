using System.Collections.Generic;
using System.CommandLine;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Relay.Forwarding;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>The options of <c>npfast relay</c>. Each sets a key of the configuration, above file and
/// environment; <see cref="CommandLineLayer"/> puts them there.</summary>
internal static class RelayParameters
{
    internal static Option<IReadOnlyList<Endpoint>> Listen { get; } = Default(
        Parameters.Repeatable<Endpoint>(
            "--listen", "URI",
            "Where to listen: tcp://HOST:PORT, tls://HOST:PORT, unix:///PATH, unix://@NAME or pipe://NAME; "
            + "repeatable",
            ValueParsers.Uri),
        Endpoint.Tcp("127.0.0.1", 9000));

    internal static Option<IReadOnlyList<UpstreamOptions>> Upstreams { get; } = Parameters.Repeatable<UpstreamOptions>(
        "--upstream", "NAME=URI[,URI]", "A named group of nodes to forward to; repeatable", UpstreamParser.Parse);

    internal static Option<IReadOnlyList<RouteOptions>> Routes { get; } = Parameters.Repeatable<RouteOptions>(
        "--route", "MATCH=NAME",
        "Sends a name, prefix.*, *, a number or a range to an upstream, echo or ping; repeatable", RouteParser.Parse);

    internal static Option<IReadOnlyList<CategoryLevel>> LogCategories { get; } =
        Parameters.Repeatable<CategoryLevel>(
            "--log-category", "NAME=LEVEL", LoggingKeys.Categories.Doc + "; repeatable", CategoryLevel.Parse);

    internal static void AddTo(Command command)
    {
        Option[] options =
        [
            RelayConfiguration.File, Listen, SharedOptions.Session, Upstreams, Routes, SharedOptions.Workers,
            Parameters.Of(LoggingKeys.Level), Parameters.Of(ServerKeys.MaxConnections), Parameters.Of(LimitKeys.Memory),
            Parameters.Of(ServerKeys.ShutdownTimeout), Parameters.Of(LimitKeys.RequestsInFlight),
            Parameters.Of(LimitKeys.RequestTimeout), Parameters.Of(LimitKeys.SlowClientTimeout),
            Parameters.Of(ServerKeys.HeartbeatInterval), Parameters.Of(ServerKeys.ConnectionTimeout),
            Parameters.Of(TransportKeys.MaxPayloadSize), SharedOptions.Compression,
            Parameters.Of(LimitKeys.LinksPerNode), Parameters.Of(ServerKeys.SocketMode),
            Parameters.Of(ServerKeys.SocketOwner), Parameters.OfEach(ServerKeys.AllowedUsers),
            Parameters.OfEach(ServerKeys.AllowedGroups), .. RelaySecurityParameters.All, .. RelayTlsParameters.All,
            LogCategories,
            Parameters.Of(LoggingKeys.Format), Parameters.Of(LoggingKeys.File), Parameters.Of(LoggingKeys.FileSize),
            Parameters.Of(LoggingKeys.Files), Parameters.Of(AdminKeys.Address), Parameters.Of(AdminKeys.TokenFile),
            Parameters.Of(AdminKeys.Access),
        ];
        foreach (Option option in options)
        {
            command.Add(option);
        }
    }

    private static Option<IReadOnlyList<T>> Default<T>(Option<IReadOnlyList<T>> option, T value)
    {
        option.DefaultValueFactory = _ => [value];
        return option;
    }
}
