using System;
using NetworkProtocol.Fast.Session;

namespace NetworkProtocol.Fast.Link;

/// <summary>
/// A server's handshake: the client's first message is held against the replay guard before any arithmetic, then
/// answered; an authenticating client sends another one. It has a place among those under way from its beginning.
/// </summary>
internal sealed class ServerLinkHandshake(SecureServer server, AddressGroup? address, HandshakeTicket place)
    : LinkHandshake
{
    private const int FirstOffset = HandshakeLayout.OpeningBytes + HandshakeLayout.LengthBytes;

    private readonly ServerHandshake handshake = new(server.Identity);
    private readonly byte[] final = new byte[HandshakeLayout.FinalBytes];
    private HandshakeTicket ticket = place;
    private HandshakeStep? outcome;
    private bool readsFinal;

    internal override HandshakeStep Advance(ReadOnlySpan<byte> unread)
    {
        if (IsWorking)
        {
            return HandshakeStep.Working;
        }

        if (outcome is { } done)
        {
            outcome = null;
            return done;
        }

        OutputBytes = [];
        int offset = readsFinal ? 0 : HandshakeLayout.OpeningBytes;
        int messageBytes = readsFinal ? HandshakeLayout.FinalBytes : HandshakeLayout.FirstBytes;
        if (Expect(unread, offset, messageBytes) is { } step)
        {
            return step;
        }

        if (readsFinal)
        {
            unread.Slice(HandshakeLayout.LengthBytes, HandshakeLayout.FinalBytes).CopyTo(final);
        }
        else if (CheckFirst(unread) is { } refused)
        {
            return refused;
        }

        BeginWork();
        if (server.Workers.TryQueue(this))
        {
            return HandshakeStep.Working;
        }

        CancelWork();
        return HandshakeStep.Refused(CloseReason.Overloaded, "too many handshakes wait for a thread");
    }

    internal override SessionKeys TakeKeys() =>
        handshake.TryTakeKeys(out SessionKeys? keys, server.Options.RecordsPerKey)
            ? keys
            : throw new InvalidOperationException("the handshake is not finished");

    private protected override void Work() => outcome = readsFinal ? Finish() : Respond();

    private protected override void Fail(string error) =>
        outcome = HandshakeStep.Refused(
            CloseReason.SystemError, $"the handshake could not be computed: {error}");

    protected override void Dispose(bool disposing)
    {
        server.Limits.Leave(ref ticket);
        handshake.Dispose();
    }

    // Nothing here costs arithmetic, so nobody can make the server do any by repeating what he overheard.
    private HandshakeStep? CheckFirst(ReadOnlySpan<byte> unread)
    {
        byte negotiation = unread[HandshakeLayout.OpeningBytes - 1];
        HandshakeStatus status =
            handshake.ReadFirst(negotiation, unread.Slice(FirstOffset, HandshakeLayout.FirstBytes));
        if (status != HandshakeStatus.Done)
        {
            return HandshakeStep.Refused(CloseReason.ProtocolError, Describe(status));
        }

        ReplayStatus replay = server.Guard.Check((ulong)handshake.ClientUnixMs, handshake.ClientNonce, address);
        return replay == ReplayStatus.Accepted
            ? null
            : HandshakeStep.Refused(CloseReason.HandshakeFailed, Describe(replay));
    }

    private string Describe(ReplayStatus status) => status switch
    {
        ReplayStatus.TooOld => $"the client's time is {AgeMs()} ms behind; a stale handshake, or clocks that differ",
        ReplayStatus.TooFarAhead => $"the client's time is {-AgeMs()} ms ahead; clocks differ",
        ReplayStatus.ClockSetBack => "this server's clock was set back, so that it cannot tell whether it has seen a "
            + "handshake of this time before; it will once its clock has passed that time again",
        ReplayStatus.Replayed => "a handshake that was seen before",
        ReplayStatus.ShareFull => "no room to remember another handshake of this address",
        _ => "no room to remember another handshake",
    };

    private long AgeMs() => server.Time.GetUtcNow().ToUnixTimeMilliseconds() - handshake.ClientUnixMs;

    private HandshakeStep Respond()
    {
        byte[] response = new byte[HandshakeLayout.RespondOutputBytes];
        HandshakeStatus status = handshake.Respond(
            server.Ephemerals.Take(), server.Time.GetUtcNow().ToUnixTimeMilliseconds(), response, out _);
        if (status != HandshakeStatus.Done)
        {
            return HandshakeStep.Refused(CloseReason.HandshakeFailed, Describe(status));
        }

        OutputBytes = response;
        readsFinal = handshake.NeedsFinal;
        const int Bytes = FirstOffset + HandshakeLayout.FirstBytes;
        if (readsFinal)
        {
            return HandshakeStep.Stepped(Bytes);
        }

        if (server.Options.ClientAuthentication == ClientAuthentication.Required)
        {
            Refusal = "this server requires a client key; connect with an identity that is in its authorised keys";
        }

        return HandshakeStep.Finished(Bytes);
    }

    private HandshakeStep Finish()
    {
        HandshakeStatus status = handshake.ReadFinal(final);
        if (status != HandshakeStatus.Done)
        {
            return HandshakeStep.Refused(CloseReason.HandshakeFailed, Describe(status));
        }

        KeyFingerprint key = KeyFingerprint.FromPoint(handshake.ClientStatic);
        string? name = null;
        bool isAuthorized = server.Options.AuthorizedKeys?.TryFind(key, out name) ?? false;
        PeerIdentity = new PeerIdentity(key, name ?? key.ToString()) { IsAuthorized = isAuthorized };
        if (server.Options.ClientAuthentication == ClientAuthentication.Required && !isAuthorized)
        {
            Refusal = $"the client key {key} is not authorised here; add it to the server's authorised keys";
        }

        return HandshakeStep.Finished(HandshakeLayout.LengthBytes + HandshakeLayout.FinalBytes);
    }
}
