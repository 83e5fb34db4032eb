using System.Collections.Generic;
using NetworkProtocol.Fast.Dispatch;

namespace NetworkProtocol.Fast.Relay.Forwarding;

/// <summary>Which packets go where.</summary>
internal sealed record RouteOptions
{
    /// <summary>Target that answers with the payload.</summary>
    internal const string EchoTargetName = "echo";

    /// <summary>Target that answers pings; the same as echo, under the name that people look for.</summary>
    internal const string PingTargetName = "ping";

    internal required RouteMatch Match { get; init; }

    /// <summary>Name of an upstream, or a local handler: "echo" or "ping".</summary>
    internal required string Target { get; init; }

    /// <summary>Names of the authorised clients that may use it; null for whoever is connected.</summary>
    internal IReadOnlyList<string>? Clients { get; init; }

    internal bool IsLocal => Target is EchoTargetName or PingTargetName;
}
