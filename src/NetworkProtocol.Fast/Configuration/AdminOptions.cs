using System;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Configuration;

/// <summary>Where the admin listener is: metrics, health, the status page, and changes at run time.</summary>
public sealed record AdminOptions
{
    /// <summary>Where it listens: a loopback address or a Unix socket unless <see cref="AllowRemote"/> is
    /// set.</summary>
    public required Endpoint Endpoint { get; init; }

    /// <summary>Lets the endpoint be one that other machines reach. What is said there can be read on the way, and all
    /// but the health checks needs the token.</summary>
    public bool AllowRemote { get; init; }

    /// <summary>A file with the token that changes need, readable for its owner alone; null for none, then nothing can
    /// be changed unless the environment has one.</summary>
    public string? TokenFile { get; init; }

    /// <summary>Most connections at a time; further ones are closed at once.</summary>
    public int ConnectionsMax { get; init; } = 64;

    /// <summary>The socket to accept from; null to open one.</summary>
    internal InheritedSocket? Inherited { get; init; }

    /// <summary>Checks every value.</summary>
    /// <returns>This record.</returns>
    /// <exception cref="ArgumentException">A value is out of range; the message says which and what is
    /// allowed.</exception>
    public AdminOptions Validate()
    {
        ArgumentNullException.ThrowIfNull(Endpoint);
        if (!Endpoint.IsLoopback && !AllowRemote)
        {
            throw new ArgumentException($"{Endpoint} can be reached from other machines: "
                + "use a loopback address or a Unix socket, or say that remote access is meant", nameof(Endpoint));
        }

        if (TokenFile is { Length: 0 })
        {
            throw new ArgumentException("the path of the token file is empty; name a file", nameof(TokenFile));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(ConnectionsMax, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ConnectionsMax, 4096);
        return this;
    }
}
