using System;
using System.Collections.Generic;
using NetworkProtocol.Fast.Memory;

namespace NetworkProtocol.Fast.Session.Noise;

/// <summary>
/// One side of a Noise handshake (revision 34, 5.3 and 9): messages are written and read in turns as the pattern says,
/// then <see cref="Split"/> gives the ciphers. Knows no sockets and no clock. A failure is final: it ends the state and
/// zeroes its keys; so does an exception of the platform. Not for several threads at a time.
/// </summary>
internal sealed partial class HandshakeState : IDisposable
{
    /// <summary>Largest message, payload included (Noise 3).</summary>
    internal const int MessageBytesMax = 65535;

    /// <summary>Size of a pre-shared key (Noise 9).</summary>
    internal const int PreSharedKeyBytes = 32;

    private readonly HandshakePattern pattern;
    private readonly DhFunction dh;
    private readonly bool isInitiator;
    private readonly bool hasPreSharedKeys;
    private readonly SymmetricState symmetric;
    private readonly SecretBytes preSharedKeys;
    private readonly DhKeyPair? localStatic;
    private DhKeyPair? localEphemeral;
    private DhPublicKey? remoteStatic;
    private DhPublicKey? remoteEphemeral;
    private int nextMessage;
    private int nextPreSharedKey;
    private bool ended;

    /// <exception cref="ArgumentException">A key is missing that the pattern needs, or one is given that is not valid
    /// or has no place in it.</exception>
    internal HandshakeState(HandshakeOptions options)
    {
        options.Check();
        pattern = options.Pattern;
        dh = options.Dh;
        isInitiator = options.IsInitiator;
        localStatic = options.LocalStatic;
        localEphemeral = options.LocalEphemeral;
        hasPreSharedKeys = options.PreSharedKeys.Count > 0;
        remoteStatic = ImportStatic(options);
        preSharedKeys = CopyOf(options.PreSharedKeys);
        symmetric = new SymmetricState($"Noise_{pattern.Name}_{dh.Name}_AESGCM_SHA256");
        symmetric.MixHash(options.Prologue.Span);
        MixPreMessage(pattern.InitiatorIsKnown, isInitiator);
        MixPreMessage(pattern.ResponderIsKnown, !isInitiator);
    }

    /// <summary>All messages of the pattern have passed.</summary>
    internal bool IsFinished => nextMessage == pattern.Messages.Count;

    /// <summary>The next message is this side's to write.</summary>
    internal bool IsOwnTurn => !IsFinished && nextMessage % 2 == 0 == isInitiator;

    /// <summary>The peer's static public key, once it is known; empty before, and after the end.</summary>
    internal ReadOnlySpan<byte> RemoteStatic => remoteStatic is null ? default : remoteStatic.Encoded;

    /// <summary>The transcript's hash; of a finished handshake it names the session (Noise 11.2).</summary>
    internal ReadOnlySpan<byte> Hash => symmetric.Hash;

    /// <summary>For the test that sees them zeroed.</summary>
    internal SymmetricState Symmetric => symmetric;

    /// <summary>
    /// WriteMessage. <paramref name="message"/> must hold the payload and <see cref="NextOverheadBytes"/>, and must
    /// not overlap the payload.
    /// </summary>
    /// <returns>Done, or why not; MessageTooLong is the only failure that an own payload can bring about.</returns>
    /// <exception cref="ArgumentException">The message does not fit.</exception>
    internal NoiseStatus Write(ReadOnlySpan<byte> payload, Span<byte> message, out int written)
    {
        written = 0;
        if (Refuse(write: true) is { } refusal)
        {
            return refusal;
        }

        int bytes = payload.Length + NextOverheadBytes;
        if (bytes > MessageBytesMax)
        {
            return Fail(NoiseStatus.MessageTooLong);
        }

        if (message.Length < bytes || payload.Overlaps(message))
        {
            throw new ArgumentException("the message does not fit, or overlaps its payload", nameof(message));
        }

        NoiseStatus status = NoiseStatus.Ended;
        try
        {
            status = WriteTokens(payload, message, out int bytesWritten);
            written = status == NoiseStatus.Done ? bytesWritten : 0;
            return status;
        }
        finally
        {
            Conclude(status);
        }
    }

    /// <summary>
    /// ReadMessage. <paramref name="payload"/> must hold the message less <see cref="NextOverheadBytes"/>, and must not
    /// overlap it.
    /// </summary>
    /// <exception cref="ArgumentException">The payload does not fit.</exception>
    internal NoiseStatus Read(ReadOnlySpan<byte> message, Span<byte> payload, out int written)
    {
        written = 0;
        if (Refuse(write: false) is { } refusal)
        {
            return refusal;
        }

        int bytes = message.Length - NextOverheadBytes;
        if (bytes < 0 || message.Length > MessageBytesMax)
        {
            return Fail(bytes < 0 ? NoiseStatus.MessageTooShort : NoiseStatus.MessageTooLong);
        }

        if (payload.Length < bytes || payload.Overlaps(message))
        {
            throw new ArgumentException("the payload does not fit, or overlaps its message", nameof(payload));
        }

        NoiseStatus status = NoiseStatus.Ended;
        try
        {
            status = ReadTokens(message, payload, out written);
            return status;
        }
        finally
        {
            Conclude(status);
        }
    }

    /// <summary>
    /// The ciphers of a finished handshake, which the caller takes over; the state ends. After a one-way pattern there
    /// is only the initiator's to send with and the responder's to receive with.
    /// </summary>
    /// <returns>Done, WrongStep before the last message, or Ended.</returns>
    internal NoiseStatus Split(out CipherState? send, out CipherState? receive)
    {
        send = null;
        receive = null;
        if (ended || !IsFinished)
        {
            return ended ? NoiseStatus.Ended : NoiseStatus.WrongStep;
        }

        symmetric.Split(out CipherState first, out CipherState second);
        CipherState? backward = second;
        if (pattern.IsOneWay)
        {
            second.Dispose();
            backward = null;
        }

        (send, receive) = isInitiator ? (first, backward) : (backward, first);
        Dispose();
        return NoiseStatus.Done;
    }

    /// <summary>Zeroes all keys. The static key pair stays the caller's.</summary>
    public void Dispose()
    {
        ended = true;
        symmetric.Dispose();
        preSharedKeys.Dispose();
        localEphemeral?.Dispose();
        remoteEphemeral?.Dispose();
        remoteStatic?.Dispose();
        localEphemeral = null;
        remoteEphemeral = null;
        remoteStatic = null;
    }

    private NoiseStatus? Refuse(bool write)
    {
        if (ended)
        {
            return NoiseStatus.Ended;
        }

        return IsFinished || IsOwnTurn != write ? NoiseStatus.WrongStep : null;
    }

    private void Conclude(NoiseStatus status)
    {
        if (status == NoiseStatus.Done)
        {
            nextMessage++;
        }
        else
        {
            Dispose();
        }
    }

    private NoiseStatus Fail(NoiseStatus status)
    {
        Dispose();
        return status;
    }

    private DhPublicKey? ImportStatic(HandshakeOptions options)
    {
        if (options.RemoteStatic.IsEmpty)
        {
            return null;
        }

        return dh.TryImport(options.RemoteStatic.Span, out DhPublicKey? key)
            ? key
            : throw new ArgumentException("the peer's static key is not valid", nameof(options));
    }

    private void MixPreMessage(bool isKnown, bool isLocal)
    {
        if (isKnown)
        {
            symmetric.MixHash(isLocal ? localStatic!.PublicKey : RemoteStatic);
        }
    }

    private static SecretBytes CopyOf(IReadOnlyList<ReadOnlyMemory<byte>> keys)
    {
        var copy = new SecretBytes(keys.Count * PreSharedKeyBytes);
        for (int i = 0; i < keys.Count; i++)
        {
            keys[i].Span.CopyTo(copy.Span[(i * PreSharedKeyBytes)..]);
        }

        return copy;
    }
}
