using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Relay.Admin;
using NetworkProtocol.Fast.Relay.Forwarding;
using NetworkProtocol.Fast.Relay.Lifecycle;
using NetworkProtocol.Fast.Relay.Logging;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary><c>npfast relay</c>: runs a relay until it is told to stop.</summary>
internal static class RelayCommand
{
    internal const string Name = "relay";

    // What closing upstreams and files may take after the drain.
    private static readonly TimeSpan StopReserve = TimeSpan.FromSeconds(5);

    internal static Command Create()
    {
        var command = new Command(Name, "Runs a relay: answers ECHO and PING, forwards what routes say.");
        RelayParameters.AddTo(command);
        command.SetAction((parsed, _) => RunAsync(parsed));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed)
    {
        NetworkConfiguration configuration = RelayConfiguration.Load(parsed);
        RelayOptions options = RelayConfiguration.ToOptions(configuration);
        RelayReload? reloading = null;
        using var signals = new StopSignals(() => _ = Volatile.Read(ref reloading)?.RunAsync());
        LoggingOptions logging = configuration.ToLoggingOptions();
        var levels = new LogLevels(logging);
        var loss = new LogLoss();
        AdminOptions? administration = configuration.ToAdminOptions();
        SocketActivation sockets = RelaySockets.Receive(options, administration);
        administration = administration is null ? null : sockets.Give(administration);
        AdminToken? token = administration is null ? null : AdminToken.Find(administration.TokenFile);
        using ILoggerFactory loggers = RelayLogging.Create(logging, levels, loss);
        ILogger logger = loggers.CreateLogger("NetworkProtocol.Fast.Relay");
        using PidFile? pid = configuration.PidFile is { } path
            ? await PidFile.CreateAsync(path, logger).ConfigureAwait(false)
            : null;
        using var notifier = new ServiceNotifier(Environment.GetEnvironmentVariable(ServiceNotifier.Variable), logger);
        using RelaySecurity security = RelaySecurity.Open(configuration, options, logger);
        using var runtime = new LinkRuntime(configuration.MemoryLimitBytes, loggers);
        RelayOptions applied = sockets.Give(security.Apply(options));
        var node = new RelayNode(applied, runtime);
        await using (node.ConfigureAwait(false))
        {
            var reload = new RelayReload(
                parsed, configuration, applied, node, security, levels, notifier, logger);

            // Open before a client is accepted, whom a start that fails would cut, and until the relay has stopped, so
            // that a drain can be watched.
            IAsyncDisposable admin = administration is null ? node : await AdminServer.StartAsync(
                administration, ContextOf(node, runtime, reload, levels, logging, loss, signals), token)
                .ConfigureAwait(false);
            await using (admin.ConfigureAwait(false))
            {
                node.Start();
                Volatile.Write(ref reloading, reload);
                RelaySockets.Tell(sockets, logger, applied, administration);
                Announce(logger, node.Endpoints, options, security);
                notifier.Ready(StatusOf(node));
                using Watchdog? watchdog = Watchdog.Start(notifier, logger);
                await signals.Received.ConfigureAwait(false);
                await StopAsync(logger, node, notifier, new Duration(reload.Configuration.ShutdownTimeout))
                    .ConfigureAwait(false);
            }
        }

        return ExitCode.Clean;
    }

    private static AdminContext ContextOf(RelayNode node, LinkRuntime runtime, RelayReload reload, LogLevels levels,
        LoggingOptions logging, LogLoss loss, StopSignals signals) => new()
        {
            Node = node,
            Runtime = runtime,
            Options = () => reload.Options,
            Levels = levels,
            Logging = logging,
            LogLoss = loss,
            Version = ProcessFacts.Version,
            Started = DateTimeOffset.UtcNow,
            Drain = signals.RequestStop,
            Reload = async () => (await reload.RunAsync().ConfigureAwait(false)).ToReport(),
            NeedsRestart = () => reload.NeedsRestart,
        };

    private static void Announce(
        ILogger logger, IReadOnlyList<Endpoint> endpoints, RelayOptions options, RelaySecurity security)
    {
        // What listens comes last: whoever waits for it has read the rest.
        if (security.Identity is { } identity)
        {
            CliLog.Identity(logger, identity.Fingerprint);
        }

        for (int i = 0; i < endpoints.Count; i++)
        {
            if (IsUnprotected(options.Server.Listeners[i].Session, endpoints[i]))
            {
                CliLog.PlainOnTcp(logger, endpoints[i]);
                break;
            }
        }

        foreach (UpstreamOptions upstream in options.Upstreams)
        {
            if (upstream.Nodes.FirstOrDefault(n => IsUnprotected(upstream.Session, n)) is { } node)
            {
                CliLog.PlainUpstream(logger, upstream.Name, node);
            }
        }

        long descriptors = DescriptorLimit.Soft;
        if (descriptors < options.Server.ConnectionsMax + (long)DescriptorLimit.Reserve)
        {
            CliLog.DescriptorsShort(logger, descriptors, options.Server.ConnectionsMax);
        }
        else
        {
            CliLog.Descriptors(logger, descriptors, options.Server.ConnectionsMax);
        }

        foreach (Endpoint endpoint in endpoints)
        {
            CliLog.Listening(logger, endpoint);
        }
    }

    // Takes bytes off this machine unprotected, or could.
    private static bool IsUnprotected(SessionKind session, Endpoint endpoint) =>
        endpoint.Scheme == EndpointScheme.Tcp && session.For(endpoint.Scheme) == SessionKind.Plain;

    /// <summary>One line for whoever asks the service manager.</summary>
    internal static string StatusOf(RelayNode node) => $"listening on {string.Join(", ", node.Endpoints)}";

    private static async Task StopAsync(ILogger logger, RelayNode node, ServiceNotifier notifier, Duration deadline)
    {
        int connections = node.Server.Connections;
        CliLog.Draining(logger, connections, deadline);
        notifier.Stopping($"draining {connections} connections for at most {deadline}", deadline.Span + StopReserve);
        int cut = await node.StopAsync(deadline.Span).ConfigureAwait(false);
        if (cut > 0)
        {
            CliLog.StoppedHard(logger, cut);
        }
        else
        {
            CliLog.Stopped(logger);
        }
    }
}
