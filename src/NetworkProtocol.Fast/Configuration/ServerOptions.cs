using System;
using System.Collections.Generic;
using NetworkProtocol.Fast.Session;
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

    /// <summary>How connections are protected: secure on tcp unless plain is written out.</summary>
    public SessionKind Session { get; init; }

    /// <summary>Key and limits of secure sessions; needed where there are any.</summary>
    public SecureServerOptions? Secure { get; init; }

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
        Secure?.Validate();
        foreach (Endpoint endpoint in Endpoints)
        {
            Session.Require(endpoint, Secure is not null, nameof(Secure));
        }

        return this;
    }
}
