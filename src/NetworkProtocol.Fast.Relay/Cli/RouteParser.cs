using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Relay.Forwarding;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>Reads <c>MATCH=NAME</c>.</summary>
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
}
