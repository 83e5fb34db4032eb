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

    /// <exception cref="ArgumentException">A key is missing that the pattern needs, or one is given that has no place
    /// in it, or a pre-shared key has another length than 32 bytes.</exception>
    internal void Check()
    {
        bool remoteIsKnown = IsInitiator ? Pattern.ResponderIsKnown : Pattern.InitiatorIsKnown;
        bool localIsKnown = IsInitiator ? Pattern.InitiatorIsKnown : Pattern.ResponderIsKnown;
        if (LocalStatic is null && (localIsKnown || Pattern.UsesStaticOf(IsInitiator)))
        {
            throw new ArgumentException($"{Pattern.Name} needs a static key of this side", nameof(LocalStatic));
        }

        if (RemoteStatic.IsEmpty == remoteIsKnown)
        {
            string need = remoteIsKnown ? "needs" : "has no place for";
            throw new ArgumentException($"{Pattern.Name} {need} the peer's static key", nameof(RemoteStatic));
        }

        int keys = Pattern.Count(HandshakeToken.Psk);
        if (PreSharedKeys.Count != keys)
        {
            throw new ArgumentException($"{Pattern.Name} takes {keys} pre-shared keys", nameof(PreSharedKeys));
        }

        foreach (ReadOnlyMemory<byte> key in PreSharedKeys)
        {
            if (key.Length != HandshakeState.PreSharedKeyBytes)
            {
                throw new ArgumentException("a pre-shared key has 32 bytes", nameof(PreSharedKeys));
            }
        }
    }
}
