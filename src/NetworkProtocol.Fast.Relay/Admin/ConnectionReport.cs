namespace NetworkProtocol.Fast.Relay.Admin;

/// <summary>A client connection.</summary>
internal sealed record ConnectionReport
{
    public required long Id { get; init; }

    public required string Remote { get; init; }

    public required string Listener { get; init; }

    /// <summary>The name of its authorised key, its fingerprint, or "anonymous".</summary>
    public required string Peer { get; init; }

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
