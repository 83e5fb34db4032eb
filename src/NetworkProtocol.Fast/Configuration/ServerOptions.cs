using System;
using System.Collections.Generic;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Configuration;

/// <summary>What a server listens on and how much it takes.</summary>
public sealed record ServerOptions
{
    /// <summary>Where to listen; at least one endpoint.</summary>
    public required IReadOnlyList<Endpoint> Endpoints { get; init; }

    /// <summary>Most connections at a time; further ones are closed as soon as they are accepted.</summary>
    public int ConnectionsMax { get; init; } = 10_000;

    /// <summary>Connections that the system may hold until they are accepted.</summary>
    public int Backlog { get; init; } = 512;

    /// <summary>Limits and times of each connection.</summary>
    public LinkOptions Link { get; init; } = new();

    /// <summary>Checks every value.</summary>
    /// <returns>This record.</returns>
    /// <exception cref="ArgumentException">A value is out of range; the message says which and what is
    /// allowed.</exception>
    public ServerOptions Validate()
    {
        if (Endpoints is not { Count: > 0 })
        {
            throw new ArgumentException("a server needs an endpoint to listen on", nameof(Endpoints));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(ConnectionsMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Backlog, 1);
        Link.Validate();
        return this;
    }
}
