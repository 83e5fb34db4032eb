using System;
using System.Collections.Generic;
using Microsoft.Extensions.Logging.Abstractions;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Dispatch;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>What the routes of a configuration must not say.</summary>
internal static class RouteRules
{
    internal static IEnumerable<ConfigurationError> Check(NetworkConfiguration configuration)
    {
        var seen = new HashSet<RouteMatch>();
        var table = new HandlerTable();
        ConfigurationOrigin? lastRange = null;
        foreach (ConfigurationItem item in configuration.Items(RouteKeys.Section))
        {
            if (!item.Has(RouteKeys.Match))
            {
                continue;
            }

            ConfigurationOrigin at = item.OriginOf(RouteKeys.Match);
            if (!RouteMatch.TryParse(item.Get(RouteKeys.Match)!, out RouteMatch? match, out string? error))
            {
                yield return new(at, error);
                continue;
            }

            bool isLocal = item.Get(RouteKeys.To) is null or "echo" or "ping";
            if (!isLocal && match is { Kind: RouteMatchKind.Exact, Name: "PING" })
            {
                yield return new(at,
                    "route 'PING' cannot go to an upstream: every relay answers pings itself, remove it");
            }

            if (!seen.Add(match))
            {
                yield return new(at, $"route '{match}' is given twice: keep one of them");
                continue;
            }

            lastRange = match.Kind == RouteMatchKind.Range ? at : lastRange;
            table.Map(match, static _ => new EchoTarget());
        }

        // Whether ranges cross is for the table to say.
        if (lastRange is not null && Crossing(table) is { } crossing)
        {
            yield return new(lastRange, crossing);
        }
    }

    private static string? Crossing(HandlerTable table)
    {
        try
        {
            _ = table.Freeze(NullLogger.Instance);
            return null;
        }
        catch (ArgumentException e)
        {
            return e.Message;
        }
    }
}
