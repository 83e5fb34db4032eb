using System;
using System.Globalization;
using System.Threading;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Session;

namespace NetworkProtocol.Fast.Link;

/// <summary>A client's handshake: its first message is there at once, the server's answer ends it.</summary>
internal sealed class ClientLinkHandshake : LinkHandshake
{
    private const double ClockNoticeSeconds = 2;

    private readonly SecureClient client;
    private readonly TimeProvider time;
    private readonly ClientHandshake handshake;
    private readonly byte[] response = new byte[HandshakeLayout.ResponseBytes];
    private HandshakeStep? outcome;

    internal ClientLinkHandshake(SecureClient client, ClientHandshakeOptions options, TimeProvider time)
    {
        this.client = client;
        this.time = time;
        handshake = new ClientHandshake(options);
        byte[] first = new byte[HandshakeLayout.StartOutputBytes];
        HandshakeStatus status = handshake.Start(first, out int written);
        if (status != HandshakeStatus.Done || written != first.Length)
        {
            throw new InvalidOperationException($"a handshake does not begin: {status}");
        }

        OutputBytes = first;
    }

    internal override HandshakeStep Advance(ReadOnlySpan<byte> unread)
    {
        if (IsWorking)
        {
            return HandshakeStep.Working;
        }

        if (outcome is { } done)
        {
            return done;
        }

        // A length of 202 begins with a zero byte, so what begins like text or a packet is another answer.
        if (unread[0] != 0)
        {
            return TakeForeignAnswer(unread);
        }

        if (Expect(unread, 0, HandshakeLayout.ResponseBytes) is { } step)
        {
            return step;
        }

        unread.Slice(HandshakeLayout.LengthBytes, HandshakeLayout.ResponseBytes).CopyTo(response);
        OutputBytes = [];
        BeginWork();
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return HandshakeStep.Working;
    }

    internal override SessionKeys TakeKeys() =>
        handshake.TryTakeKeys(out SessionKeys? keys, client.Options.RecordsPerKey)
            ? keys
            : throw new InvalidOperationException("the handshake is not finished");

    private protected override void Work()
    {
        HandshakeStatus status = handshake.ReadResponse(response);
        if (status != HandshakeStatus.Done)
        {
            outcome = HandshakeStep.Refused(CloseReason.HandshakeFailed, Describe(status));
            return;
        }

        KeyFingerprint presented = KeyFingerprint.FromPoint(handshake.ServerStatic);
        ServerVerdict verdict = client.Options.Trust.Check(client.Server, presented);
        if (!verdict.IsAccepted)
        {
            outcome = HandshakeStep.Refused(CloseReason.Untrusted, verdict.Text);
            return;
        }

        if (verdict.Text.Length > 0)
        {
            client.Options.Notice?.Invoke(verdict.Text);
        }

        NoticeClock();
        PeerIdentity = new PeerIdentity(presented, presented.ToString());
        if (handshake.NeedsFinish)
        {
            byte[] last = new byte[HandshakeLayout.FinishOutputBytes];
            status = handshake.Finish(last, out _);
            OutputBytes = last;
        }

        outcome = status == HandshakeStatus.Done
            ? HandshakeStep.Finished(HandshakeLayout.LengthBytes + HandshakeLayout.ResponseBytes)
            : HandshakeStep.Refused(CloseReason.HandshakeFailed, Describe(status));
    }

    private protected override void Fail(string error) =>
        outcome = HandshakeStep.Refused(
            CloseReason.SystemError, $"the handshake could not be computed: {error}");

    protected override void Dispose(bool disposing) => handshake.Dispose();

    // Servers refuse a client whose clock is far off without a word, so one that drifts hears of it before.
    private void NoticeClock()
    {
        double seconds = (handshake.ServerUnixMs - time.GetUtcNow().ToUnixTimeMilliseconds()) / 1000.0;
        if (Math.Abs(seconds) >= ClockNoticeSeconds)
        {
            string off = Math.Abs(seconds).ToString("F1", CultureInfo.InvariantCulture);
            string side = seconds > 0 ? "behind" : "ahead of";
            client.Options.Notice?.Invoke($"this clock is {off} s {side} the server's; "
                + "servers refuse clients whose clock is too far off");
        }
    }

    private static HandshakeStep TakeForeignAnswer(ReadOnlySpan<byte> unread)
    {
        ReadOnlySpan<byte> packet = [(byte)'N', (byte)'P', PacketHeader.Version];
        int known = Math.Min(unread.Length, packet.Length);
        if (unread[..known].SequenceEqual(packet[..known]))
        {
            return known < packet.Length ? HandshakeStep.Needs(packet.Length) : HandshakeStep.AnsweredByPacket;
        }

        return HandshakeStep.Refused(CloseReason.ProtocolError,
            $"expected a secure session, got {PlainOpening.Describe(unread)}");
    }
}
