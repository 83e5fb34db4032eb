using System;
using System.Collections.Generic;
using System.Linq;
using NetworkProtocol.Fast.Certificates;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Forwarding;

/// <summary>A named group of nodes that requests are forwarded to.</summary>
internal sealed record UpstreamOptions
{
    internal required string Name { get; init; }

    /// <summary>The nodes; each gets <see cref="LinksPerNode"/> connections.</summary>
    internal required IReadOnlyList<Endpoint> Nodes { get; init; }

    /// <summary>How connections are protected: secure on tcp unless plain is written out.</summary>
    internal SessionKind Session { get; init; }

    /// <summary>Keys of the nodes that are trusted; none for those in the known-hosts file.</summary>
    internal IReadOnlyList<KeyFingerprint> Pins { get; init; } = [];

    /// <summary>Which nodes are trusted, and the relay's own key; needed for secure sessions.</summary>
    internal SecureClientOptions? Secure { get; init; }

    /// <summary>The same for nodes on this machine; null takes <see cref="Secure"/> for these as well.</summary>
    internal SecureClientOptions? SecureOnLoopback { get; init; }

    /// <summary>Trust and certificate for tls:// nodes; null trusts the system's roots and shows none.</summary>
    internal TlsClientOptions? Tls { get; init; }

    /// <summary>Connections to each node. Few links make large batches, so two suffice for most.</summary>
    internal int LinksPerNode { get; init; } = 2;

    /// <summary>Time for a reply; then the client gets Error(Timeout).</summary>
    internal TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Requests that may wait for replies on one connection, within what the upstream announces; clients that
    /// want more are not read meanwhile.</summary>
    internal int RequestsInFlightMax { get; init; } = 8192;

    /// <summary>Delay before the first reconnect; it doubles with every failure, with up to half of it left to
    /// chance.</summary>
    internal TimeSpan ReconnectDelayMin { get; init; } = TimeSpan.FromMilliseconds(50);

    internal TimeSpan ReconnectDelayMax { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Requests that fail in a row until a node gets none for a while, which the same delays bound; 0 lets it
    /// have them whatever becomes of them.</summary>
    internal int Failures { get; init; } = 8;

    /// <summary>Limits and times of each connection. Its ring is larger than a client's: many clients share
    /// it.</summary>
    internal LinkOptions Link { get; init; } = new()
    {
        SendRingBytes = 256 << 10,
        SendQueueHighBytes = 4 << 20,

        // Many clients share the link: a reply that finds no memory ends with Overloaded at once, the others go on.
        MemoryWaitTimeout = TimeSpan.Zero,
        Software = "npfast relay",
    };

    /// <summary>Whether any of its nodes speaks TLS.</summary>
    internal bool HasTls => Nodes.Any(static n => n.Scheme == EndpointScheme.Tls);

    /// <summary>Whether sessions with any of its nodes are sealed by the protocol itself.</summary>
    internal bool IsSecure => Nodes.Any(n => Session.For(n.Scheme) == SessionKind.Secure);

    internal SecureClientOptions? SecureFor(Endpoint node) => node.IsLoopback ? SecureOnLoopback ?? Secure : Secure;

    /// <summary>Whether a link under these options would be the same under others: all is equal but which nodes there
    /// are, and how many links to each. Trust follows from the pins, and from files that only a restart
    /// changes.</summary>
    internal bool HasSameLinks(UpstreamOptions other) =>
        LinkPart() == other.LinkPart() && Pins.SequenceEqual(other.Pins);

    private UpstreamOptions LinkPart() => this with
    {
        Nodes = [],
        Pins = [],
        Secure = null,
        SecureOnLoopback = null,
        Tls = Tls is null ? null : Tls with { Pins = [] },
        LinksPerNode = 1,
    };

    internal UpstreamOptions Validate()
    {
        if (Name.Length == 0)
        {
            throw new ArgumentException("an upstream needs a name, as in name=tcp://host:port");
        }

        if (Nodes.Count == 0)
        {
            throw new ArgumentException($"upstream '{Name}' needs a node, as in {Name}=tcp://host:port");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(LinksPerNode, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(LinksPerNode, 256);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(RequestTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(RequestsInFlightMax, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(Failures);
        Link.Validate();
        Tls?.Validate();
        foreach (Endpoint node in Nodes)
        {
            Session.Require(node, SecureFor(node) is not null, nameof(Secure));
        }

        return this;
    }
}
