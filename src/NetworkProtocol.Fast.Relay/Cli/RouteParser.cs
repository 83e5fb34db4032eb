using System;
using System.Collections.Generic;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Relay.Forwarding;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>Reads <c>MATCH=NAME</c>, and <c>MATCH=NAME[,NAME]</c> for the clients of a route.</summary>
internal static class RouteParser
{
    internal static string? Parse(string text, out RouteOptions value)
    {
        value = null!;

        // The last one: packet names may hold any character, names of upstreams may not.
        int equals = text.LastIndexOf('=');
        if (equals <= 0 || equals == text.Length - 1)
        {
            return $"'{text}' is no route; write MATCH=NAME, as in orders.*=orders";
        }

        if (!RouteMatch.TryParse(text[..equals], out RouteMatch? match, out string? error))
        {
            return error;
        }

        value = new RouteOptions { Match = match, Target = text[(equals + 1)..] };
        return null;
    }

    internal static string? ParseClients(string text, out (RouteMatch Match, IReadOnlyList<string> Names) value)
    {
        value = default;
        int equals = EqualsBeforeClients(text);
        string[] names = equals < 0 ? [] : text[(equals + 1)..].Split(',', StringSplitOptions.TrimEntries);
        if (equals <= 0 || Array.Exists(names, string.IsNullOrEmpty))
        {
            return $"'{text}' names no clients of a route; write MATCH=NAME[,NAME], as in admin.*=alice,bob";
        }

        if (!RouteMatch.TryParse(text[..equals], out RouteMatch? match, out string? error))
        {
            return error;
        }

        value = (match, names);
        return null;
    }

    /// <summary>Where the match ends: the last equals sign again, but for those that a key's fingerprint ends
    /// with.</summary>
    internal static int EqualsBeforeClients(string text)
    {
        int equals = text.LastIndexOf('=');
        while (equals > 0 && (equals == text.Length - 1 || text[equals + 1] == ','))
        {
            equals = text.LastIndexOf('=', equals - 1);
        }

        return equals;
    }
}
