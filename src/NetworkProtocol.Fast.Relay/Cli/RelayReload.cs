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
using NetworkProtocol.Fast.Relay.Logging;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>
/// Reads the configuration of a running relay again and puts what has changed into force: routes, upstreams, limits,
/// log levels. Something wrong changes nothing. What only a restart can change is named. Thread-safe; one reload at a
/// time.
/// </summary>
internal sealed class RelayReload(
    ParseResult parsed, NetworkConfiguration first, RelayOptions applied, RelayNode node, RelaySecurity security,
    LogLevels levels, ILogger logger) : IDisposable
{
    private readonly SemaphoreSlim turn = new(1, 1);
    private NetworkConfiguration configuration = first;
    private RelayOptions options = applied;

    /// <summary>Whether there is a file to read again. Without one, certificates are.</summary>
    internal bool HasFile { get; } = parsed.GetValue(RelayConfiguration.File) is not null;

    /// <summary>The options in force.</summary>
    internal RelayOptions Options => Volatile.Read(ref options);

    /// <summary>The configuration in force.</summary>
    internal NetworkConfiguration Configuration => Volatile.Read(ref configuration);

    /// <summary>Reads and applies; logs what came of it.</summary>
    internal async Task<ReloadResult> RunAsync()
    {
        await turn.WaitAsync().ConfigureAwait(false);
        try
        {
            ReloadResult result = await ApplyAsync().ConfigureAwait(false);
            Tell(result);
            return result;
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose() => turn.Dispose();

    private async Task<ReloadResult> ApplyAsync()
    {
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
            ConfigurationDifference difference = ConfigurationDifference.Between(Configuration, next);
            if (!await node.ApplyAsync(now).ConfigureAwait(false))
            {
                return Failed("the relay is stopping");
            }

            node.Server.ReloadCertificates();
            LoggingOptions logging = next.ToLoggingOptions();
            levels.Set(logging.Level, logging.Categories);
            Volatile.Write(ref options, now);
            Volatile.Write(ref configuration, next);
            return new ReloadResult { Changed = difference.Changed, NeedsRestart = difference.NeedsRestart };
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
