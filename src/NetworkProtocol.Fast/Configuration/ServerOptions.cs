using System;
using System.Collections.Generic;
using NetworkProtocol.Fast.Session;

namespace NetworkProtocol.Fast.Configuration;

/// <summary>What a server listens on and how much it takes.</summary>
public sealed record ServerOptions
{
    /// <summary>Where to listen and how sessions are protected there; at least one.</summary>
    public required IReadOnlyList<ServerListener> Listeners { get; init; }

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
        if (Listeners is not { Count: > 0 })
        {
            throw new ArgumentException("a server needs an endpoint to listen on", nameof(Listeners));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(ConnectionsMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Backlog, 1);
        Link.Validate();
        var replays = new Dictionary<KeyFingerprint, ReplayOptions>();
        foreach (ServerListener listener in Listeners)
        {
            if (listener.Validate().Secure is { } secure
                && replays.TryAdd(secure.Identity.Fingerprint, secure.Replay) is false
                && replays[secure.Identity.Fingerprint] != secure.Replay)
            {
                throw new ArgumentException(
                    $"listeners with the key {secure.Identity.Fingerprint} share one memory of handshakes, so give "
                    + "them the same Replay options", nameof(Listeners));
            }
        }

        return this;
    }
}
