using System;
using System.Buffers.Binary;
using NetworkProtocol.Fast.Session.Noise;

namespace NetworkProtocol.Fast.Session;

/// <summary>What both sides of a secure session's handshake have in common: the Noise handshake set up with pattern and
/// prologue, and messages in their frames. Static and without state.</summary>
internal static class SessionHandshake
{
    internal static HandshakeState Create(
        bool isInitiator, byte negotiation, P256KeyPair? identity, P256KeyPair? ephemeral)
    {
        byte[] prologue = new byte[HandshakeLayout.OpeningBytes];
        SecureOpening.Write(negotiation, prologue);
        bool clientAuthenticates = (negotiation & SecureOpening.ClientAuthenticates) != 0;
        return new HandshakeState(new HandshakeOptions
        {
            Pattern = clientAuthenticates ? HandshakePattern.XX : HandshakePattern.NX,
            Dh = P256.Instance,
            IsInitiator = isInitiator,
            Prologue = prologue,
            LocalStatic = identity,
            LocalEphemeral = ephemeral,
        });
    }

    /// <summary>Writes the next message behind its length.</summary>
    internal static HandshakeStatus Write(
        HandshakeState noise, ReadOnlySpan<byte> payload, Span<byte> output, out int written)
    {
        NoiseStatus status = noise.Write(payload, output[HandshakeLayout.LengthBytes..], out written);
        if (status == NoiseStatus.Done)
        {
            BinaryPrimitives.WriteUInt16BigEndian(output, (ushort)written);
            written += HandshakeLayout.LengthBytes;
        }

        return From(status);
    }

    /// <summary>A time that no <see cref="long"/> holds shows as its largest value, which no window accepts.</summary>
    internal static long ReadTime(ReadOnlySpan<byte> payload) =>
        (long)ulong.Min(BinaryPrimitives.ReadUInt64LittleEndian(payload), long.MaxValue);

    /// <exception cref="InvalidOperationException">A status that fixed layouts and fresh keys cannot bring
    /// about.</exception>
    internal static HandshakeStatus From(NoiseStatus status) => status switch
    {
        NoiseStatus.Done => HandshakeStatus.Done,
        NoiseStatus.WrongStep => HandshakeStatus.WrongStep,
        NoiseStatus.Ended => HandshakeStatus.Ended,
        NoiseStatus.MessageTooLong or NoiseStatus.MessageTooShort => HandshakeStatus.WrongLength,
        NoiseStatus.InvalidPublicKey => HandshakeStatus.InvalidPublicKey,
        NoiseStatus.AuthenticationFailed => HandshakeStatus.AuthenticationFailed,
        _ => throw new InvalidOperationException($"a handshake cannot end with {status}"),
    };
}
