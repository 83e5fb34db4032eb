using System.Collections.Generic;

namespace NetworkProtocol.Fast.Relay.Admin;

/// <summary>A client connection.</summary>
internal sealed record ConnectionReport
{
    public required long Id { get; init; }

    public required string Remote { get; init; }

    public required string Listener { get; init; }

    /// <summary>The name of its authorised key or certificate, its fingerprint, or "anonymous".</summary>
    public required string Peer { get; init; }

    /// <summary>The fingerprint of the key that it has proved; null for none.</summary>
    public required string? Key { get; init; }

    /// <summary>The subject of its certificate; null without TLS or a certificate.</summary>
    public required string? Subject { get; init; }

    /// <summary>The alternative names of its certificate.</summary>
    public required IReadOnlyList<string>? Names { get; init; }

    /// <summary>The process at the other end of a Unix socket; null elsewhere, as are its user and group.</summary>
    public required int? ProcessId { get; init; }

    public required uint? UserId { get; init; }

    public required uint? GroupId { get; init; }

    public required string Session { get; init; }

    /// <summary>"opening", "open", "draining" or "closing".</summary>
    public required string State { get; init; }

    public required string Software { get; init; }

    public required long AgeMs { get; init; }

    public required long PacketsIn { get; init; }

    public required long PacketsOut { get; init; }

    public required long BytesIn { get; init; }

    public required long BytesOut { get; init; }

    public required int InFlight { get; init; }

    public required long QueuedBytes { get; init; }
}
