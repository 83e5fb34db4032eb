using System;
using NetworkProtocol.Fast.Certificates;
using NetworkProtocol.Fast.Session;

namespace NetworkProtocol.Fast.Configuration;

/// <summary>How a client connects and how long its operations may take.</summary>
public sealed record ClientOptions
{
    /// <summary>Time to connect and to open the session.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time for a request that does not bring its own.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Time for a packet that wants no reply to find room on a congested connection.</summary>
    public TimeSpan OperationTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Most requests in flight; further callers wait. The server's own limit counts too.</summary>
    public int RequestsInFlightMax { get; init; } = 1024;

    /// <summary>Messages from the server that may wait to be read; beyond it the connection is not read.</summary>
    public int MessagesWaitingMax { get; init; } = 256;

    /// <summary>Whether a connection that is lost is made again. The first one is not tried twice.</summary>
    public bool AutoReconnect { get; init; }

    /// <summary>Failed attempts in a row to connect again after which the client ends; 0 for no limit. A connection
    /// that is lost within <see cref="ReconnectDelayMax"/> counts as a failed attempt.</summary>
    public int ReconnectAttemptsMax { get; init; }

    /// <summary>Delay before the first attempt to connect again; doubles with every failure, with up to half of it left
    /// to chance.</summary>
    public TimeSpan ReconnectDelayMin { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Longest delay between attempts to connect again.</summary>
    public TimeSpan ReconnectDelayMax { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How the connection is protected: secure on tcp unless plain is written out.</summary>
    public SessionKind Session { get; init; }

    /// <summary>Whom to trust, and the own key; needed for a secure session.</summary>
    public SecureClientOptions? Secure { get; init; }

    /// <summary>Trust and certificate for tls:// endpoints; null trusts the system's roots and shows none.</summary>
    public TlsClientOptions? Tls { get; init; }

    /// <summary>Limits and times of the connection.</summary>
    public LinkOptions Link { get; init; } = new();

    /// <summary>Checks every value.</summary>
    /// <returns>This record.</returns>
    /// <exception cref="ArgumentException">A value is out of range; the message says which and what is
    /// allowed.</exception>
    public ClientOptions Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(ConnectTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(RequestTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(OperationTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(RequestsInFlightMax, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(RequestsInFlightMax, 1 << 20);
        ArgumentOutOfRangeException.ThrowIfLessThan(MessagesWaitingMax, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(ReconnectAttemptsMax);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(ReconnectDelayMin, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(ReconnectDelayMax, ReconnectDelayMin);
        Tls?.Validate();
        Link.Validate();
        return this;
    }
}
