using System;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;

namespace NetworkProtocol.Fast.Relay.Admin;

/// <summary>What can be changed through the admin listener. Each change is logged with who asked for it.</summary>
internal sealed class AdminChanges(AdminContext context)
{
    // One reload at a time: two would race for which of them is in force.
    private readonly SemaphoreSlim reloading = new(1, 1);

    internal ChangeReport Drain(ILogger logger, string client)
    {
        AdminLog.Changed(logger, "drain", client);
        int open = context.Node.Server.Connections;
        context.Drain();
        return new ChangeReport(true, $"draining {open} connections; the relay ends then");
    }

    internal async Task<ChangeReport> ReloadAsync(ILogger logger, string client)
    {
        if (context.Reload is not { } reload)
        {
            return new ChangeReport(false, "there is nothing to read again: the relay was started without --config");
        }

        await reloading.WaitAsync().ConfigureAwait(false);
        try
        {
            AdminLog.Changed(logger, "reload", client);
            string? fault = await reload().ConfigureAwait(false);
            return new ChangeReport(fault is null, fault ?? "the configuration is in force");
        }
        finally
        {
            reloading.Release();
        }
    }

    internal ChangeReport SetLevel(ILogger logger, string client, LogLevelChange change)
    {
        LogLevel? level = null;
        if (change.Level is { } name)
        {
            if (!Enum.TryParse(name, ignoreCase: true, out LogLevel parsed) || !char.IsAsciiLetter(name[0])
                || name.Contains(',', StringComparison.Ordinal))
            {
                return new ChangeReport(false, "the level is none of trace, debug, information, warning, error, "
                    + "critical and none");
            }

            level = parsed;
        }
        else if (change.Category is null)
        {
            return new ChangeReport(false, "a level or a category is needed");
        }

        if (change.Category is { Length: 0 or > 256 })
        {
            return new ChangeReport(false, "a category has 1 to 256 characters");
        }

        string shown = level is { } given ? StatusBuilder.LevelName(given) : "that of all";
        string what = change.Category is { } category ? $"log level of {category} is {shown}" : $"log level is {shown}";

        // Before it is in force: afterwards the line might not be written.
        AdminLog.Changed(logger, what, client);
        context.Levels.Change(change.Category, level);
        return new ChangeReport(true, what);
    }
}
