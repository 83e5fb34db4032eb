using System;
using System.Collections.Generic;

namespace NetworkProtocol.Fast.Session.Noise;

/// <summary>What one side brings to a handshake (Noise 5.3, Initialize).</summary>
internal sealed class HandshakeOptions
{
    internal required HandshakePattern Pattern { get; init; }

    internal required DhFunction Dh { get; init; }

    internal required bool IsInitiator { get; init; }

    /// <summary>What both sides have to agree on beforehand.</summary>
    internal ReadOnlyMemory<byte> Prologue { get; init; }

    /// <summary>The own static key; stays the caller's, and must outlive the handshake.</summary>
    internal DhKeyPair? LocalStatic { get; init; }

    /// <summary>A fresh key pair that is used nowhere else; the handshake takes it over. Without one it generates
    /// its own.</summary>
    internal DhKeyPair? LocalEphemeral { get; init; }

    /// <summary>The peer's static public key, for patterns with that pre-message only.</summary>
    internal ReadOnlyMemory<byte> RemoteStatic { get; init; }

    /// <summary>Pre-shared keys of 32 bytes in the order of the pattern's psk tokens; copied.</summary>
    internal IReadOnlyList<ReadOnlyMemory<byte>> PreSharedKeys { get; init; } = [];
}
