using System.Collections.Generic;
using System.CommandLine;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Relay.Forwarding;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary><c>npfast relay</c>: runs a relay until it is told to stop.</summary>
internal static class RelayCommand
{
    internal static Command Create()
    {
        var command = new Command("relay", "Runs a relay: answers ECHO and PING, forwards what routes say.");
        RelayParameters.AddTo(command);
        command.SetAction((parsed, _) => RunAsync(parsed));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed)
    {
        RelayOptions options = RelayParameters.ToOptions(parsed);
        using var signals = new StopSignals();
        using ILoggerFactory loggers = ConsoleLogging.Create(parsed.GetValue(RelayParameters.Level));
        ILogger logger = loggers.CreateLogger("NetworkProtocol.Fast.Relay");
        using var runtime = new LinkRuntime(parsed.GetValue(RelayParameters.MemoryLimit).Bytes, loggers);
        var node = new RelayNode(options, runtime);
        await using (node.ConfigureAwait(false))
        {
            node.Start();
            Announce(logger, node.Endpoints, options, parsed.GetValue(SharedOptions.Session));
            await signals.Received.ConfigureAwait(false);
            await StopAsync(logger, node, parsed.GetValue(RelayParameters.ShutdownTimeout)).ConfigureAwait(false);
        }

        return ExitCode.Clean;
    }

    private static void Announce(
        ILogger logger, IReadOnlyList<Endpoint> endpoints, RelayOptions options, SessionPolicy session)
    {
        Endpoint? unprotected = null;
        foreach (Endpoint endpoint in endpoints)
        {
            CliLog.Listening(logger, endpoint);
            unprotected ??= endpoint.Scheme == EndpointScheme.Tcp ? endpoint : null;
        }

        if (unprotected is not null && session != SessionPolicy.Plain)
        {
            CliLog.PlainOnLoopback(logger, unprotected);
        }

        long descriptors = DescriptorLimit.Soft;
        if (descriptors < options.Server.ConnectionsMax + (long)DescriptorLimit.Reserve)
        {
            CliLog.DescriptorsShort(logger, descriptors, options.Server.ConnectionsMax);
        }
    }

    private static async Task StopAsync(ILogger logger, RelayNode node, Duration deadline)
    {
        CliLog.Draining(logger, node.Server.Connections, deadline);
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
