using System;
using System.Threading;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Session;

namespace NetworkProtocol.Fast.Link;

/// <summary>A secure session: its handshake, which costs too much for an I/O thread, and its records.</summary>
internal sealed partial class PeerLink
{
    // The session's keys are there. Set by the receive side before the first packet that is to be sealed is queued.
    private SecureChannel? secure;

    // The receive side's own; null but while the session is being opened.
    private LinkHandshake? handshake;

    // A record is there and the receive window cannot grow.
    private bool openingWaits;

    // Both sides end a secure session by a Disconnect; 1 once ours is queued.
    private int saidGoodbye;

    // The other side answered the opening with an Error packet; nothing else may come.
    private bool expectsRefusal;

    /// <summary>What opens sessions here; null takes plain ones. Set before <see cref="Start"/>.</summary>
    internal SessionSecurity? Security { get; init; }

    /// <summary>Who the peer has proved to be; null on plain sessions and for anonymous clients.</summary>
    internal PeerIdentity? Identity { get; private set; }

    /// <summary>The same 32 bytes at both ends and in no other session; empty on plain sessions.</summary>
    internal ReadOnlyMemory<byte> ChannelBinding => Volatile.Read(ref secure)?.Binding ?? default;

    /// <summary>Whether what is sent and received is sealed.</summary>
    internal bool IsSecure => Volatile.Read(ref secure) is not null;

    // Bytes received that no packet was made of yet.
    private int UnhandledBytes => window.UnreadBytes + (secure?.Incoming.UnreadBytes ?? 0);

    // Opens what has come into the receive window. Returns false when more bytes or memory are needed first.
    private bool TryOpenRecord()
    {
        if (secure is null)
        {
            return false;
        }

        switch (secure.OpenInto(ref window, runtime.Pool, neededBytes))
        {
            case OpenStatus.Opened:
                return true;
            case OpenStatus.NoMemory:
                openingWaits = true;
                return false;
            case OpenStatus.Broken:
                Close(CloseReason.ProtocolError,
                    "a record does not open: it was changed, replayed or reordered, or one before it is missing");
                return true;
            default:
                return false;
        }
    }

    // A record holds memory like a packet, so it must come at the same pace.
    private void NoteRecord(bool isNew)
    {
        if (secure is { IsWithinRecord: true })
        {
            NotePartial(isNew);
        }
        else
        {
            Volatile.Write(ref partialSinceMs, 0);
        }
    }

    private bool TryPrepareRecord(out Memory<byte> buffer)
    {
        readable = false;
        waitingForReadable = false;
        int needed = Math.Max(secure!.NeededBytes, ReceiveBytesMin);
        if (!secure.Incoming.TryEnsure(runtime.Pool, Math.Max(needed, receiveBytes))
            && !secure.Incoming.TryEnsure(runtime.Pool, needed))
        {
            buffer = default;
            return false;
        }

        memoryWaitSinceMs = 0;
        buffer = secure.Incoming.Writable;
        return true;
    }

    // Returns false when more bytes are needed first, or the gate to wait at while others do the arithmetic.
    private bool TryShakeHands(ReadOnlySpan<byte> unread, FlushBatch flush, out Gate? gate)
    {
        gate = null;
        HandshakeStep step = handshake!.Advance(unread);
        switch (step.Kind)
        {
            case HandshakeStepKind.NeedsBytes:
                neededBytes = step.Bytes;
                return false;
            case HandshakeStepKind.Working:
                gate = handshake;
                return false;
            case HandshakeStepKind.Refused:
                Close(step.Reason, step.Text);
                return true;
            case HandshakeStepKind.AnsweredByPacket:
                handshake.Dispose();
                handshake = null;
                expectsRefusal = true;
                opened = true;
                return true;
        }

        window.Consume(step.Bytes);
        if (handshake.Output is { Length: > 0 } output)
        {
            SendClear(output);
            flush.Add(this);
        }

        if (step.Kind == HandshakeStepKind.Finished)
        {
            StartSecure(flush);
        }

        return true;
    }

    // A server that refuses a handshake says nothing to strangers, so its client is told what it may have been.
    private bool TryFailHandshake()
    {
        if (handshake is null || role != LinkRole.Initiating)
        {
            return false;
        }

        Close(CloseReason.HandshakeFailed, "the server ended the handshake: it may be busy, find that this clock is "
            + "wrong, or take no secure sessions; its log says which");
        return true;
    }

    private void SendClear(ReadOnlySpan<byte> bytes)
    {
        if (queue.TryEnqueueClear(bytes) == EnqueueStatus.NoMemory)
        {
            Close(CloseReason.Overloaded, "no memory to open the session");
        }
    }

    private void StartSecure(FlushBatch flush)
    {
        LinkHandshake finished = handshake!;
        handshake = null;
        var channel = new SecureChannel(finished.TakeKeys());

        // What has come behind the handshake is the first record.
        channel.Incoming = window;
        window = default;
        Volatile.Write(ref secure, channel);

        // Who sees it may expel the peer, which is said in the session.
        Identity = finished.PeerIdentity;
        opened = true;
        flush.Add(this);
        if (finished.Refusal is { } refusal)
        {
            // Instead of the Hello, so that the client does not take the session for established first.
            SendConnectionError(ErrorCode.Unauthorized, refusal);
            CloseAfterFlush(CloseReason.Untrusted, refusal);
        }
        else
        {
            SendHello();
        }

        finished.Dispose();
    }

    // An end of the stream that nobody announced might be anybody's doing.
    private void SayGoodbye(CloseReason reason)
    {
        if (secure is not null && IsEstablished
            && reason is CloseReason.Requested or CloseReason.PeerClosed or CloseReason.ShuttingDown
            && Interlocked.Exchange(ref saidGoodbye, 1) == 0)
        {
            SendDisconnect(default, string.Empty);
        }
    }
}
