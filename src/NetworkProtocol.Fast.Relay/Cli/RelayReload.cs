using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Relay.Forwarding;
using NetworkProtocol.Fast.Relay.Lifecycle;
using NetworkProtocol.Fast.Relay.Logging;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>
/// Reads the configuration of a running relay again and puts what has changed into force: routes, upstreams, limits,
/// certificates, log levels. Something wrong changes nothing. What only a restart can change is named, against what the
/// relay was started with. Without a file there are still the certificates. Thread-safe; one reload at a time.
/// </summary>
internal sealed class RelayReload(
    ParseResult parsed, NetworkConfiguration first, RelayOptions applied, RelayNode node, RelaySecurity security,
    LogLevels levels, ServiceNotifier notifier, ILogger logger)
{
    private readonly Lock gate = new();
    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly NetworkConfiguration started = first;
    private NetworkConfiguration configuration = first;
    private RelayOptions options = applied;
    private IReadOnlyList<string> needsRestart = [];
    private Task<ReloadResult>? waiting;

    /// <summary>The options in force.</summary>
    internal RelayOptions Options => Volatile.Read(ref options);

    /// <summary>The configuration that was read last and put into force but for <see cref="NeedsRestart"/>.</summary>
    internal NetworkConfiguration Configuration => Volatile.Read(ref configuration);

    /// <summary>What the configuration says otherwise than the relay was started with, and only a restart
    /// changes.</summary>
    internal IReadOnlyList<string> NeedsRestart => Volatile.Read(ref needsRestart);

    /// <summary>Reads and applies; logs what came of it, and never fails. Whoever asks while another reload waits for
    /// its turn shares that one, which has not read the file yet: at most one waits, however many ask.</summary>
    internal Task<ReloadResult> RunAsync()
    {
        lock (gate)
        {
            return waiting ??= Task.Run(RunInTurnAsync);
        }
    }

    private async Task<ReloadResult> RunInTurnAsync()
    {
        await turn.WaitAsync().ConfigureAwait(false);
        lock (gate)
        {
            waiting = null;
        }

        try
        {
            notifier.Reloading();
            ReloadResult result = await ApplyAsync().ConfigureAwait(false);
            Tell(result);
            return result;
        }
#pragma warning disable CA1031 // A signal has nobody who would hear of it; the relay serves as before.
        catch (Exception e)
#pragma warning restore CA1031
        {
            CliLog.ReloadBroke(logger, e);
            return Failed($"the reload failed, the log says more: {e.Message}");
        }
        finally
        {
            // Also after a failure: the relay serves as before, and its manager must not wait.
            if (!node.IsStopping)
            {
                notifier.Ready(RelayCommand.StatusOf(node));
            }

            turn.Release();
        }
    }

    private async Task<ReloadResult> ApplyAsync()
    {
        if (node.Endpoints.Count == 0)
        {
            return Failed("the relay is starting; try again");
        }

        try
        {
            NetworkConfiguration next = RelayConfiguration.Load(parsed);
            RelayOptions wanted = RelayConfiguration.ToOptions(next);
            if (security.Identity is null && wanted.Upstreams.FirstOrDefault(static u => u.IsSecure) is { } secure)
            {
                return Failed($"upstream '{secure.Name}' has secure sessions, and the relay opens its key at the start "
                    + "only; restart it");
            }

            // Of the listeners nothing changes, their trust included.
            RelayOptions now = security.With(next).Apply(wanted with
            {
                Server = wanted.Server with { Listeners = Options.Server.Listeners },
            });
            now = now with { Server = now.Server with { Listeners = Options.Server.Listeners } };
            if (!await node.ApplyAsync(now).ConfigureAwait(false))
            {
                return Failed("the relay is stopping");
            }

            NetworkConfiguration before = Configuration;
            levels.Change(before.ToLoggingOptions(), next.ToLoggingOptions());
            List<string> pending = ConfigurationDifference.Between(started, next).NeedsRestart;
            Volatile.Write(ref options, now);
            Volatile.Write(ref configuration, next);
            Volatile.Write(ref needsRestart, pending);
            return new ReloadResult
            {
                Changed = ConfigurationDifference.Between(before, next).Changed, NeedsRestart = pending,
            };
        }
        catch (ConfigurationException e)
        {
            return Failed([.. e.Errors.Select(static error => error.ToString())]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return Failed(Failures.Describe(e) ?? e.Message);
        }
    }

    private static ReloadResult Failed(params IReadOnlyList<string> errors) => new() { Errors = errors };

    private void Tell(ReloadResult result)
    {
        foreach (string error in result.Errors)
        {
            CliLog.ReloadFault(logger, error);
        }

        if (!result.IsDone)
        {
            CliLog.NotReloaded(logger, result.Errors.Count);
            return;
        }

        foreach (string change in result.Changed)
        {
            CliLog.ReloadChange(logger, change);
        }

        foreach (string change in result.NeedsRestart)
        {
            CliLog.ReloadNeedsRestart(logger, change);
        }

        CliLog.Reloaded(logger, result.Changed.Count, result.NeedsRestart.Count);
    }
}
