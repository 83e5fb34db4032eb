using System;

namespace NetworkProtocol.Fast.Session;

/// <summary>How a client secures its sessions (docs/PROTOCOL.md, Secure session).</summary>
public sealed record SecureClientOptions
{
    /// <summary>Which servers are spoken to. There is no default: whoever trusts anyone writes so.</summary>
    public required ServerTrust Trust { get; init; }

    /// <summary>The key that the client proves; null stays anonymous. It must outlive the client.</summary>
    public IdentityKey? Identity { get; init; }

    /// <summary>Hears what a user should know, such as a key that was recorded on first use; called on a pool thread.
    /// It must not throw.</summary>
    public Action<string>? Notice { get; init; }

    /// <summary>The protocol's constant; tests that watch keys change set a smaller one at both ends.</summary>
    internal long RecordsPerKey { get; init; } = RecordLayout.RecordsPerKey;
}
