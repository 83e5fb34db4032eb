using System;
using System.Security.Cryptography;

namespace NetworkProtocol.Fast.Session.Noise;

/// <summary>What each token does to a message and to the state.</summary>
internal sealed partial class HandshakeState
{
    /// <summary>How much longer than its payload the next message is: keys, and tags where there is a key by
    /// then.</summary>
    internal int NextOverheadBytes
    {
        get
        {
            if (ended || IsFinished)
            {
                return 0;
            }

            int bytes = 0;
            bool hasKey = symmetric.HasKey;
            foreach (HandshakeToken token in pattern.Messages[nextMessage])
            {
                switch (token)
                {
                    case HandshakeToken.E:
                        bytes += dh.PublicKeyBytes;
                        hasKey |= hasPreSharedKeys;
                        break;
                    case HandshakeToken.S:
                        bytes += dh.PublicKeyBytes + TagBytes(hasKey);
                        break;
                    default:
                        hasKey = true;
                        break;
                }
            }

            return bytes + TagBytes(hasKey);
        }
    }

    private NoiseStatus WriteTokens(ReadOnlySpan<byte> payload, Span<byte> message, out int written)
    {
        written = 0;
        foreach (HandshakeToken token in pattern.Messages[nextMessage])
        {
            NoiseStatus status = NoiseStatus.Done;
            int bytes = 0;
            switch (token)
            {
                case HandshakeToken.E:
                    bytes = WriteEphemeral(message[written..]);
                    break;
                case HandshakeToken.S:
                    status = symmetric.EncryptAndHash(localStatic!.PublicKey, message[written..], out bytes);
                    break;
                default:
                    status = Mix(token);
                    break;
            }

            if (status != NoiseStatus.Done)
            {
                return status;
            }

            written += bytes;
        }

        NoiseStatus last = symmetric.EncryptAndHash(payload, message[written..], out int payloadBytes);
        written += payloadBytes;
        return last;
    }

    private NoiseStatus ReadTokens(ReadOnlySpan<byte> message, Span<byte> payload, out int written)
    {
        written = 0;
        foreach (HandshakeToken token in pattern.Messages[nextMessage])
        {
            NoiseStatus status;
            switch (token)
            {
                case HandshakeToken.E:
                    status = ReadEphemeral(message[..dh.PublicKeyBytes]);
                    message = message[dh.PublicKeyBytes..];
                    break;
                case HandshakeToken.S:
                    int bytes = dh.PublicKeyBytes + TagBytes(symmetric.HasKey);
                    status = ReadStatic(message[..bytes]);
                    message = message[bytes..];
                    break;
                default:
                    status = Mix(token);
                    break;
            }

            if (status != NoiseStatus.Done)
            {
                return status;
            }
        }

        return symmetric.DecryptAndHash(message, payload, out written);
    }

    private int WriteEphemeral(Span<byte> message)
    {
        localEphemeral ??= dh.Generate();
        ReadOnlySpan<byte> encoded = localEphemeral.PublicKey;
        encoded.CopyTo(message);
        MixEphemeral(encoded);
        return encoded.Length;
    }

    private NoiseStatus ReadEphemeral(ReadOnlySpan<byte> encoded)
    {
        if (!dh.TryImport(encoded, out remoteEphemeral))
        {
            return NoiseStatus.InvalidPublicKey;
        }

        MixEphemeral(encoded);
        return NoiseStatus.Done;
    }

    // Noise 9.2: with pre-shared keys an ephemeral randomises the keys that the psk alone would repeat.
    private void MixEphemeral(ReadOnlySpan<byte> encoded)
    {
        symmetric.MixHash(encoded);
        if (hasPreSharedKeys)
        {
            symmetric.MixKey(encoded);
        }
    }

    private NoiseStatus ReadStatic(ReadOnlySpan<byte> sealedKey)
    {
        byte[] encoded = new byte[dh.PublicKeyBytes];
        NoiseStatus status = symmetric.DecryptAndHash(sealedKey, encoded, out _);
        if (status != NoiseStatus.Done)
        {
            return status;
        }

        return dh.TryImport(encoded, out remoteStatic) ? NoiseStatus.Done : NoiseStatus.InvalidPublicKey;
    }

    private NoiseStatus Mix(HandshakeToken token) => token switch
    {
        HandshakeToken.EE => MixAgreement(localEphemeral, remoteEphemeral),
        HandshakeToken.ES when isInitiator => MixAgreement(localEphemeral, remoteStatic),
        HandshakeToken.ES => MixAgreement(localStatic, remoteEphemeral),
        HandshakeToken.SE when isInitiator => MixAgreement(localStatic, remoteEphemeral),
        HandshakeToken.SE => MixAgreement(localEphemeral, remoteStatic),
        HandshakeToken.SS => MixAgreement(localStatic, remoteStatic),
        HandshakeToken.Psk => MixPreSharedKey(),
        _ => throw new InvalidOperationException($"{token} is no token to mix"),
    };

    private NoiseStatus MixAgreement(DhKeyPair? local, DhPublicKey? remote)
    {
        if (local is null || remote is null)
        {
            throw new InvalidOperationException($"{pattern.Name} agrees on a key before both sides have sent theirs");
        }

        // The stack is as good as pinned memory: nothing moves it, and it is zeroed below.
        Span<byte> room = stackalloc byte[DhFunction.SharedSecretBytesMax];
        Span<byte> secret = room[..dh.SharedSecretBytes];
        try
        {
            if (!local.TryAgree(remote, secret))
            {
                return NoiseStatus.InvalidPublicKey;
            }

            symmetric.MixKey(secret);
            return NoiseStatus.Done;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(room);
        }
    }

    private NoiseStatus MixPreSharedKey()
    {
        symmetric.MixKeyAndHash(preSharedKeys.Span.Slice(nextPreSharedKey, PreSharedKeyBytes));
        nextPreSharedKey += PreSharedKeyBytes;
        return NoiseStatus.Done;
    }

    private static int TagBytes(bool hasKey) => hasKey ? CipherState.TagBytes : 0;
}
