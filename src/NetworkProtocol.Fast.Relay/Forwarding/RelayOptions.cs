using System;
using System.Collections.Generic;
using Microsoft.Extensions.Logging.Abstractions;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Dispatch;

namespace NetworkProtocol.Fast.Relay.Forwarding;

/// <summary>Everything a relay needs to run.</summary>
internal sealed record RelayOptions
{
    internal required ServerOptions Server { get; init; }

    internal IReadOnlyList<UpstreamOptions> Upstreams { get; init; } = [];

    internal IReadOnlyList<RouteOptions> Routes { get; init; } = [];

    /// <exception cref="ArgumentException">Something is out of range or contradicts; the message says what.</exception>
    internal RelayOptions Validate()
    {
        Server.Validate();
        foreach (UpstreamOptions upstream in Upstreams)
        {
            upstream.Validate();
        }

        return ValidateRoutes();
    }

    /// <summary>Checks names and routes alone, which needs no keys.</summary>
    /// <exception cref="ArgumentException">They contradict; the message says what.</exception>
    internal RelayOptions ValidateRoutes()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (UpstreamOptions upstream in Upstreams)
        {
            if (upstream.Name is RouteOptions.EchoTargetName or RouteOptions.PingTargetName)
            {
                throw new ArgumentException($"upstream '{upstream.Name}' has the name of a local handler: rename it");
            }

            if (!names.Add(upstream.Name))
            {
                throw new ArgumentException($"upstream '{upstream.Name}' is given twice: list its nodes in one");
            }
        }

        var matches = new HashSet<RouteMatch>();
        foreach (RouteOptions route in Routes)
        {
            if (!route.IsLocal && !names.Contains(route.Target))
            {
                throw new ArgumentException(
                    $"route '{route.Match}' goes to '{route.Target}', which is no upstream: "
                    + (names.Count == 0 ? "give one with --upstream" : $"use one of: {string.Join(", ", names)}"));
            }

            if (!route.IsLocal && route.Match is { Kind: RouteMatchKind.Exact, Name: "PING" })
            {
                throw new ArgumentException(
                    "route 'PING' cannot go to an upstream: every relay answers pings itself, remove it");
            }

            if (!matches.Add(route.Match))
            {
                throw new ArgumentException($"route '{route.Match}' is given twice: keep one of them");
            }
        }

        // Whether ranges cross is for the table to say.
        var table = new HandlerTable();
        foreach (RouteOptions route in Routes)
        {
            table.Map(route.Match, static _ => new EchoTarget());
        }

        _ = table.Freeze(NullLogger.Instance);
        return this;
    }
}
