using System;

namespace NetworkProtocol.Fast.Relay.Admin.Http;

/// <summary>What clients of the admin listener may take; it is there for a handful of people and scrapers.</summary>
internal sealed record HttpLimits
{
    /// <summary>Request line and headers together.</summary>
    internal int HeadBytesMax { get; init; } = 8 << 10;

    internal int HeadersMax { get; init; } = 64;

    internal int BodyBytesMax { get; init; } = 4 << 10;

    internal int ConnectionsMax { get; init; } = 64;

    /// <summary>Requests on one connection, then it is closed.</summary>
    internal int RequestsMax { get; init; } = 10_000;

    /// <summary>From the first byte of a request to its last.</summary>
    internal TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Between two requests.</summary>
    internal TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>For the client to take a response.</summary>
    internal TimeSpan ResponseTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>For the client to read a last response and close, before the connection is cut.</summary>
    internal TimeSpan LingerTimeout { get; init; } = TimeSpan.FromSeconds(1);
}
