using System;
using NetworkProtocol.Fast.Session.Noise;

namespace NetworkProtocol.Fast.Session;

/// <summary>
/// What a finished handshake leaves: a cipher for each direction, the hash that names the session, and who the peer is.
/// Sealer and opener are independent of each other; disposing ends both.
/// </summary>
internal sealed class SessionKeys : IDisposable
{
    private readonly byte[] handshakeHash;
    private readonly byte[] peerStatic;

    private SessionKeys(RecordSealer sealer, RecordOpener opener, byte[] handshakeHash, byte[] peerStatic)
    {
        Sealer = sealer;
        Opener = opener;
        this.handshakeHash = handshakeHash;
        this.peerStatic = peerStatic;
    }

    /// <summary>For what this side sends.</summary>
    internal RecordSealer Sealer { get; }

    /// <summary>For what the peer sends.</summary>
    internal RecordOpener Opener { get; }

    /// <summary>The same 32 bytes at both ends and in no other session: for channel binding (Noise 11.2).</summary>
    internal ReadOnlyMemory<byte> HandshakeHash => handshakeHash;

    /// <summary>The peer's static public key, 65 bytes; empty for an anonymous client.</summary>
    internal ReadOnlySpan<byte> PeerStatic => peerStatic;

    /// <summary>Takes the keys of a finished handshake out of it, and ends it.</summary>
    /// <exception cref="InvalidOperationException">The handshake is not finished.</exception>
    internal static SessionKeys Take(HandshakeState noise, long recordsPerKey)
    {
        byte[] hash = noise.Hash.ToArray();
        byte[] peer = noise.RemoteStatic.ToArray();
        if (noise.Split(out CipherState? send, out CipherState? receive) != NoiseStatus.Done
            || send is null || receive is null)
        {
            throw new InvalidOperationException("the handshake has no keys to give");
        }

        return new SessionKeys(
            new RecordSealer(send, recordsPerKey), new RecordOpener(receive, recordsPerKey), hash, peer);
    }

    public void Dispose()
    {
        Sealer.Dispose();
        Opener.Dispose();
    }
}
