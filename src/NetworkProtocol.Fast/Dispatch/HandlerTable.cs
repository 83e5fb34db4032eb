using System;
using System.Collections.Generic;
using Microsoft.Extensions.Logging;
using NetworkProtocol.Fast.Diagnostics;

namespace NetworkProtocol.Fast.Dispatch;

/// <summary>
/// The handlers of a server, by <see cref="RouteMatch"/>. ECHO and PING are built in and can be replaced.
/// Fill it before the server is made; not thread-safe.
/// </summary>
public sealed class HandlerTable
{
    private readonly Dictionary<RouteMatch, Func<ILogger, PacketTarget>> targets = [];

    /// <summary>Handles matching packets on the I/O thread.</summary>
    /// <param name="match">A name, <c>prefix.*</c>, <c>*</c>, a number or a range.</param>
    /// <param name="handler">Must be quick and must not block.</param>
    /// <exception cref="FormatException">The match cannot be parsed.</exception>
    /// <exception cref="ArgumentException">The match has a handler already.</exception>
    public HandlerTable Map(string match, PacketHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return Map(RouteMatch.Parse(match), logger => new HandlerTarget(handler, logger));
    }

    /// <summary>Handles matching packets on the thread pool.</summary>
    /// <param name="match">A name, <c>prefix.*</c>, <c>*</c>, a number or a range.</param>
    /// <param name="handler">May await and take its time.</param>
    /// <exception cref="FormatException">The match cannot be parsed.</exception>
    /// <exception cref="ArgumentException">The match has a handler already.</exception>
    public HandlerTable MapAsync(string match, AsyncPacketHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return Map(RouteMatch.Parse(match), logger => new AsyncHandlerTarget(handler, logger));
    }

    internal HandlerTable Map(RouteMatch match, Func<ILogger, PacketTarget> target)
    {
        if (!targets.TryAdd(match, target))
        {
            throw new ArgumentException($"'{match}' has a handler already: map it once", nameof(match));
        }

        return this;
    }

    /// <param name="logger">For the handlers' failures.</param>
    /// <param name="meters">Where the routes are counted; null where nobody looks.</param>
    internal DispatchTable Freeze(ILogger logger, RouteMeters? meters = null)
    {
        var routes = new Dictionary<RouteMatch, PacketTarget>
        {
            [RouteMatch.Parse("ECHO")] = new EchoTarget(),
            [RouteMatch.Parse("PING")] = new EchoTarget(),
        };
        foreach ((RouteMatch match, Func<ILogger, PacketTarget> target) in targets)
        {
            routes[match] = target(logger);
        }

        foreach ((RouteMatch match, PacketTarget target) in routes)
        {
            if (meters is not null)
            {
                target.CountIn(meters.Of(match.ToString()));
            }
        }

        return new DispatchTable(routes);
    }
}
