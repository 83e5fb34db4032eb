using System;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using NetworkProtocol.Fast.Session.Noise;

namespace NetworkProtocol.Fast.Session;

/// <summary>
/// The client's side of the handshake of a secure session: <see cref="Start"/>, <see cref="ReadResponse"/>, a look at
/// <see cref="ServerStatic"/> by the caller, <see cref="Finish"/> if the client has an identity, then
/// <see cref="TryTakeKeys"/>. Until the caller has found the server's key to be the right one nothing may be sent: the
/// handshake proves that the server has the key, not whose it is. Knows no sockets and no clock. A failure is final.
/// Not for several threads at a time.
/// </summary>
internal sealed class ClientHandshake : IDisposable
{
    private readonly HandshakeState noise;
    private readonly byte[] firstPayload = new byte[HandshakeLayout.FirstPayloadBytes];
    private readonly byte negotiation;
    private byte[] serverStatic = [];
    private Step step = Step.Start;

    /// <exception cref="ArgumentException">The nonce given has not 16 bytes.</exception>
    internal ClientHandshake(ClientHandshakeOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(options.UnixMs);
        if (options.Nonce.Length is not 0 and not HandshakeLayout.NonceBytes)
        {
            throw new ArgumentException($"a nonce has {HandshakeLayout.NonceBytes} bytes", nameof(options));
        }

        BinaryPrimitives.WriteUInt64LittleEndian(firstPayload, (ulong)options.UnixMs);
        if (options.Nonce.IsEmpty)
        {
            RandomNumberGenerator.Fill(Nonce);
        }
        else
        {
            options.Nonce.Span.CopyTo(Nonce);
        }

        negotiation = options.Identity is null ? (byte)0 : SecureOpening.ClientAuthenticates;
        noise = SessionHandshake.Create(isInitiator: true, negotiation, options.Identity, options.Ephemeral);
    }

    private enum Step
    {
        Start,
        ReadResponse,
        Finish,
        TakeKeys,
        Ended,
    }

    /// <summary>The response has been read and a last message is to be written.</summary>
    internal bool NeedsFinish => step == Step.Finish;

    /// <summary>The server's static public key, 65 bytes, proven to be its own; empty before the response.</summary>
    internal ReadOnlySpan<byte> ServerStatic => serverStatic;

    /// <summary>The server's clock when it answered, in milliseconds since 1970: tells a user whose handshakes are
    /// refused how far the clocks are apart.</summary>
    internal long ServerUnixMs { get; private set; }

    private Span<byte> Nonce => firstPayload.AsSpan(HandshakeLayout.TimeBytes);

    /// <summary>Writes the opening and the first message, <see cref="HandshakeLayout.StartOutputBytes"/>.</summary>
    /// <exception cref="ArgumentException">The output is too small.</exception>
    internal HandshakeStatus Start(Span<byte> output, out int written)
    {
        written = 0;
        if (step != Step.Start)
        {
            return Refuse();
        }

        CheckRoom(output, HandshakeLayout.StartOutputBytes);
        SecureOpening.Write(negotiation, output);
        HandshakeStatus status =
            SessionHandshake.Write(noise, firstPayload, output[HandshakeLayout.OpeningBytes..], out written);
        written += HandshakeLayout.OpeningBytes;
        return Conclude(status, Step.ReadResponse);
    }

    /// <summary>
    /// Reads the server's message of <see cref="HandshakeLayout.ResponseBytes"/>, without its length. Then
    /// <see cref="ServerStatic"/> is known and the caller compares it with its pin.
    /// </summary>
    internal HandshakeStatus ReadResponse(ReadOnlySpan<byte> message)
    {
        if (step != Step.ReadResponse)
        {
            return Refuse();
        }

        if (message.Length != HandshakeLayout.ResponseBytes)
        {
            return Conclude(HandshakeStatus.WrongLength, Step.Ended);
        }

        Span<byte> payload = stackalloc byte[HandshakeLayout.ResponsePayloadBytes];
        NoiseStatus status = noise.Read(message, payload, out _);
        if (status != NoiseStatus.Done)
        {
            return Conclude(SessionHandshake.From(status), Step.Ended);
        }

        Span<byte> expected = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Nonce, expected);
        if (!CryptographicOperations.FixedTimeEquals(expected, payload[HandshakeLayout.TimeBytes..]))
        {
            return Conclude(HandshakeStatus.ForeignResponse, Step.Ended);
        }

        serverStatic = noise.RemoteStatic.ToArray();
        ServerUnixMs = SessionHandshake.ReadTime(payload);
        return Conclude(HandshakeStatus.Done, noise.IsFinished ? Step.TakeKeys : Step.Finish);
    }

    /// <summary>Writes the message that proves the client's key, <see cref="HandshakeLayout.FinishOutputBytes"/>; a
    /// wrong step for an anonymous client.</summary>
    /// <exception cref="ArgumentException">The output is too small.</exception>
    internal HandshakeStatus Finish(Span<byte> output, out int written)
    {
        written = 0;
        if (step != Step.Finish)
        {
            return Refuse();
        }

        CheckRoom(output, HandshakeLayout.FinishOutputBytes);
        return Conclude(SessionHandshake.Write(noise, default, output, out written), Step.TakeKeys);
    }

    /// <summary>The keys of the finished handshake, once; the caller takes them over.</summary>
    /// <returns>False while a step is missing, and after the end.</returns>
    internal bool TryTakeKeys(
        [NotNullWhen(true)] out SessionKeys? keys, long recordsPerKey = RecordLayout.RecordsPerKey)
    {
        keys = step == Step.TakeKeys ? SessionKeys.Take(noise, recordsPerKey) : null;
        if (keys is null)
        {
            return false;
        }

        step = Step.Ended;
        return true;
    }

    /// <summary>Zeroes the keys that were not taken. The identity stays the caller's.</summary>
    public void Dispose()
    {
        step = Step.Ended;
        noise.Dispose();
    }

    private static void CheckRoom(Span<byte> output, int bytes) =>
        ArgumentOutOfRangeException.ThrowIfLessThan(output.Length, bytes, nameof(output));

    private HandshakeStatus Refuse() => step == Step.Ended ? HandshakeStatus.Ended : HandshakeStatus.WrongStep;

    private HandshakeStatus Conclude(HandshakeStatus status, Step next)
    {
        if (status == HandshakeStatus.Done)
        {
            step = next;
        }
        else
        {
            Dispose();
        }

        return status;
    }
}
