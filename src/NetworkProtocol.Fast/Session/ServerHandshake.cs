using System;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using NetworkProtocol.Fast.Session.Noise;

namespace NetworkProtocol.Fast.Session;

/// <summary>
/// The server's side of the handshake of a secure session: <see cref="ReadFirst"/>, which is cheap; the caller asks its
/// replay guard about <see cref="ClientUnixMs"/> and <see cref="ClientNonce"/>; <see cref="Respond"/>, which does the
/// curve arithmetic of some hundred microseconds; <see cref="ReadFinal"/> if the client authenticates, and a look at
/// <see cref="ClientStatic"/> by the caller; then <see cref="TryTakeKeys"/>. Knows no sockets and no clock. A failure
/// is final. Not for several threads at a time, though each step may run on another.
/// </summary>
internal sealed class ServerHandshake : IDisposable
{
    private readonly P256KeyPair identity;
    private readonly byte[] first = new byte[HandshakeLayout.FirstBytes];
    private HandshakeState? noise;
    private byte[] clientStatic = [];
    private byte negotiation;
    private Step step = Step.ReadFirst;

    /// <param name="identity">The key to prove; it stays the caller's, and may serve other handshakes at the same
    /// time.</param>
    internal ServerHandshake(P256KeyPair identity)
    {
        this.identity = identity;
    }

    private enum Step
    {
        ReadFirst,
        Respond,
        ReadFinal,
        TakeKeys,
        Ended,
    }

    /// <summary>The response has been written and a last message of the client is to be read.</summary>
    internal bool NeedsFinal => step == Step.ReadFinal;

    /// <summary>Whether the client said that it will prove a key. It has not yet.</summary>
    internal bool ClientAuthenticates => (negotiation & SecureOpening.ClientAuthenticates) != 0;

    /// <summary>The client's clock, in milliseconds since 1970, as anyone could have written it until the handshake is
    /// done. Never negative.</summary>
    internal long ClientUnixMs => SessionHandshake.ReadTime(FirstPayload);

    /// <summary>The client's sixteen random bytes.</summary>
    internal ReadOnlySpan<byte> ClientNonce => FirstPayload[HandshakeLayout.TimeBytes..];

    /// <summary>The client's static public key, 65 bytes, proven to be its own; empty before the last message and for
    /// anonymous clients.</summary>
    internal ReadOnlySpan<byte> ClientStatic => clientStatic;

    private ReadOnlySpan<byte> FirstPayload => first.AsSpan(P256.PointBytes);

    /// <summary>
    /// Takes the negotiation byte and the client's first message of <see cref="HandshakeLayout.FirstBytes"/>, without
    /// its length. Only copies: whether the point in it is one is for <see cref="Respond"/> to find out.
    /// </summary>
    internal HandshakeStatus ReadFirst(byte negotiation, ReadOnlySpan<byte> message)
    {
        if (step != Step.ReadFirst)
        {
            return Refuse();
        }

        if (!SecureOpening.IsKnown(negotiation))
        {
            return Conclude(HandshakeStatus.UnknownNegotiation, Step.Ended);
        }

        if (message.Length != HandshakeLayout.FirstBytes)
        {
            return Conclude(HandshakeStatus.WrongLength, Step.Ended);
        }

        this.negotiation = negotiation;
        message.CopyTo(first);
        return Conclude(HandshakeStatus.Done, Step.Respond);
    }

    /// <summary>
    /// Writes the server's message behind its length, <see cref="HandshakeLayout.RespondOutputBytes"/>.
    /// </summary>
    /// <param name="ephemeral">A fresh key pair that is used nowhere else. The handshake takes it over, whatever comes
    /// of it.</param>
    /// <param name="unixMs">Now, in milliseconds since 1970.</param>
    /// <param name="output">Where the message goes.</param>
    /// <param name="written">Bytes written, 0 unless done.</param>
    /// <exception cref="ArgumentException">The output is too small.</exception>
    internal HandshakeStatus Respond(P256KeyPair ephemeral, long unixMs, Span<byte> output, out int written)
    {
        written = 0;
        if (step != Step.Respond || output.Length < HandshakeLayout.RespondOutputBytes)
        {
            ephemeral.Dispose();
            return step != Step.Respond
                ? Refuse()
                : throw new ArgumentException("the message does not fit", nameof(output));
        }

        noise = SessionHandshake.Create(isInitiator: false, negotiation, identity, ephemeral);
        Span<byte> seen = stackalloc byte[HandshakeLayout.FirstPayloadBytes];
        HandshakeStatus status = SessionHandshake.From(noise.Read(first, seen, out _));
        if (status == HandshakeStatus.Done)
        {
            Span<byte> payload = stackalloc byte[HandshakeLayout.ResponsePayloadBytes];
            BinaryPrimitives.WriteUInt64LittleEndian(payload, (ulong)unixMs);
            SHA256.HashData(ClientNonce, payload[HandshakeLayout.TimeBytes..]);
            status = SessionHandshake.Write(noise, payload, output, out written);
        }

        return Conclude(status, noise.IsFinished ? Step.TakeKeys : Step.ReadFinal);
    }

    /// <summary>
    /// Reads the last message of an authenticating client, of <see cref="HandshakeLayout.FinalBytes"/>, without its
    /// length. Then <see cref="ClientStatic"/> is known; a wrong step for an anonymous client.
    /// </summary>
    internal HandshakeStatus ReadFinal(ReadOnlySpan<byte> message)
    {
        if (step != Step.ReadFinal || noise is null)
        {
            return Refuse();
        }

        if (message.Length != HandshakeLayout.FinalBytes)
        {
            return Conclude(HandshakeStatus.WrongLength, Step.Ended);
        }

        HandshakeStatus status = SessionHandshake.From(noise.Read(message, default, out _));
        if (status == HandshakeStatus.Done)
        {
            clientStatic = noise.RemoteStatic.ToArray();
        }

        return Conclude(status, Step.TakeKeys);
    }

    /// <summary>The keys of the finished handshake, once; the caller takes them over.</summary>
    /// <returns>False while a step is missing, and after the end.</returns>
    internal bool TryTakeKeys(
        [NotNullWhen(true)] out SessionKeys? keys, long recordsPerKey = RecordLayout.RecordsPerKey)
    {
        keys = step == Step.TakeKeys && noise is not null ? SessionKeys.Take(noise, recordsPerKey) : null;
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
        noise?.Dispose();
    }

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
