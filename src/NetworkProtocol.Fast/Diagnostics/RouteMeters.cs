using System;
using System.Collections.Generic;
using System.Threading;

namespace NetworkProtocol.Fast.Diagnostics;

/// <summary>
/// The meters of all routes of a runtime, by name and by number. A route that is taken away keeps its counts, and goes
/// on with them when it comes back. As many as fit the number; further ones share the first, which has no name.
/// Thread-safe.
/// </summary>
internal sealed class RouteMeters : IMetricSource
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, RouteMeter> byName = new(StringComparer.Ordinal);
    private RouteMeter[] all = [new RouteMeter("none", 0)];

    /// <summary>Stands for packets that no route takes.</summary>
    internal RouteMeter None => all[0];

    internal RouteMeter this[ushort id] => Volatile.Read(ref all)[id];

    internal RouteMeter Of(string route)
    {
        lock (gate)
        {
            if (byName.TryGetValue(route, out RouteMeter? known))
            {
                return known;
            }

            if (all.Length > ushort.MaxValue)
            {
                return None;
            }

            var made = new RouteMeter(route, (ushort)all.Length);
            byName.Add(route, made);
            Volatile.Write(ref all, [.. all, made]);
            return made;
        }
    }

    public void Collect(MetricSnapshot snapshot)
    {
        foreach (RouteMeter route in Volatile.Read(ref all))
        {
            route.Collect(snapshot);
        }
    }
}
