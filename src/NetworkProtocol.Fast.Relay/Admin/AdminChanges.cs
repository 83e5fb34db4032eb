using System;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;
using NetworkProtocol.Fast.Configuration;

namespace NetworkProtocol.Fast.Relay.Admin;

/// <summary>What can be changed through the admin listener. Each change is logged with who asked for it.</summary>
internal sealed class AdminChanges(AdminContext context)
{
    // Names of other libraries are not known, so they are counted.
    private const int CategoriesMax = 64;

    internal ChangeReport Drain(ILogger logger, string client)
    {
        AdminLog.Changed(logger, "drain", client);
        int open = context.Node.Server.Connections;
        context.Drain();
        return new ChangeReport(true, $"draining {open} connections; the relay ends then");
    }

    internal Task<ReloadReport> ReloadAsync(ILogger logger, string client)
    {
        AdminLog.Changed(logger, "reload", client);
        return context.Reload();
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

        if (change.Category is { } named && FaultOf(named) is { } fault)
        {
            return new ChangeReport(false, fault);
        }

        string shown = level is { } given ? StatusBuilder.LevelName(given) : "that of all";
        string what = change.Category is { } category ? $"log level of {category} is {shown}" : $"log level is {shown}";

        // Before it is in force: afterwards the line might not be written.
        AdminLog.Changed(logger, what, client);
        context.Levels.Change(change.Category, level);
        return new ChangeReport(true, what);
    }

    private string? FaultOf(string category) => LogCategories.Fault(category)
        ?? (context.Levels.Categories.Count >= CategoriesMax
                && !context.Levels.Categories.ContainsKey(LogCategories.FullNameOf(category))
            ? $"{CategoriesMax} categories have a level of their own; take one back first, with inherit"
            : null);
}
