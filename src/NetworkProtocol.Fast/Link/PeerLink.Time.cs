using System;
using System.Threading;
using NetworkProtocol.Fast.Packets;

namespace NetworkProtocol.Fast.Link;

/// <summary>What the link does because of time: limits, heartbeat, giving memory back.</summary>
internal sealed partial class PeerLink
{
    // A link that was hot is looked at this often until it is cold again.
    private const long CoolDownMs = 1_000;

    // A link with nothing to watch is looked at this seldom.
    private const long LookAgainMs = 3_600_000;

    private const int PartialBytesPerMs = 64;

    // A draining link is closed when nothing has come for this long: requests that crossed our Disconnect on the wire
    // are still answered.
    private const long DrainQuietMs = 250;

    // Times of the wheel. Written by the side named, read by the wheel's thread.
    private long startedMs;
    private long lastReceivedMs;
    private long lastSentMs;

    // When the packet that is incomplete now began, 0 when none is.
    private long partialSinceMs;

    // How much of it has come.
    private int partialBytes;

    // When the send under way was started, or last seen to move; 0 when none is.
    private long sendSinceMs;

    private bool sendWaitsForMemory;

    // When the packet that waits at a gate is offered again at the latest, 0 for never.
    private long parkedUntilMs;
    private bool draining;

    /// <summary>Milliseconds of the wheel since the link was started.</summary>
    internal long AgeMs => runtime.Wheel.NowMs - startedMs;

    /// <summary>Whether this side has told the peer to stop sending requests.</summary>
    internal bool IsDraining => Volatile.Read(ref draining);

    /// <summary>
    /// Tells the peer to send no more requests, lets what is under way end, and closes. Any thread.
    /// </summary>
    internal void Drain(ErrorCode code, string reason)
    {
        if (Volatile.Read(ref draining) || !IsOpen)
        {
            return;
        }

        if (!IsEstablished)
        {
            Close(CloseReason.ShuttingDown, string.Empty);
            return;
        }

        Volatile.Write(ref draining, true);
        SendDisconnect(code, reason);
        runtime.Wheel.ScheduleNoLater(this, runtime.Wheel.NowMs + TimerWheel.TickMs);
    }

    /// <inheritdoc/>
    protected internal override long OnTick(long nowMs)
    {
        if (Volatile.Read(ref sendWaitsForMemory))
        {
            Volatile.Write(ref sendWaitsForMemory, false);
            QueueWork(WorkSend);
        }

        if (Volatile.Read(ref parkedForMemory))
        {
            Volatile.Write(ref parkedForMemory, false);

            // It is about to look parked no more, and has not read for all this time.
            Volatile.Write(ref lastReceivedMs, nowMs);
            Resume();
        }

        if (IsClosed)
        {
            return Never;
        }


        if (Volatile.Read(ref closeState) == StateLingering)
        {
            return LingerTick(nowMs);
        }

        if (!IsEstablished)
        {
            long limit = startedMs + (long)options.HandshakeTimeout.TotalMilliseconds;
            return Enforce(limit, nowMs, CloseReason.HandshakeTimeout, "no hello within the handshake limit");
        }

        return OnEstablishedTick(nowMs);
    }

    // Replies that still move are let through; the two seconds run from when the last of them was sent.
    private long LingerTick(long nowMs) => Volatile.Read(ref sendShut) != 0
        ? Enforce(Volatile.Read(ref lingerDeadlineMs), nowMs, CloseReason.PeerDead, string.Empty)
        : Math.Min(nowMs + TimerWheel.TickMs, SlowTick(nowMs));

    // A packet that has waited too long at a gate leaves the gate's list in its turn, and is asked about until then.
    private long OverdueTick(long nowMs)
    {
        long until = Volatile.Read(ref parkedUntilMs);
        if (until == 0)
        {
            return nowMs + LookAgainMs;
        }

        if (until > nowMs)
        {
            return until;
        }

        Volatile.Read(ref waitedAt)?.WakeOverdue();
        return nowMs + TimerWheel.TickMs;
    }

    private long OnEstablishedTick(long nowMs)
    {
        long next = Math.Min(HeartbeatTick(nowMs), OverdueTick(nowMs));
        next = Math.Min(next, SlowTick(nowMs));
        if (IsClosed)
        {
            return Never;
        }

        next = Math.Min(next, Math.Min(PartialTick(nowMs), RequestWindowTick(nowMs)));

        // The initiating side knows by itself when its last reply has come.
        if (Volatile.Read(ref draining) && role == LinkRole.Accepting)
        {
            if (RequestsInFlight == 0 && nowMs - LastTrafficMs >= DrainQuietMs)
            {
                CloseAfterFlush(CloseReason.ShuttingDown, string.Empty);
            }

            return nowMs + TimerWheel.TickMs;
        }

        return Volatile.Read(ref hot) ? Math.Min(next, CoolDown(nowMs)) : next;
    }

    // Pings are no traffic, or a peer that pings often would never let a drain end.
    private long LastTrafficMs =>
        Volatile.Read(ref trafficSeen) ? Volatile.Read(ref lastReceivedMs) : Volatile.Read(ref lastTrafficMs);

    private long HeartbeatTick(long nowMs)
    {
        long interval = settings.HeartbeatIntervalMs;
        if (interval == 0)
        {
            return nowMs + LookAgainMs;
        }

        // Receiving alone counts as life. A link that is parked does not read, so silence says nothing.
        if (Volatile.Read(ref parked) == 0)
        {
            long limit = Volatile.Read(ref lastReceivedMs) + (PacketLimits.HeartbeatIntervalsUntilDead * interval);
            if (limit <= nowMs)
            {
                Close(CloseReason.PeerDead, "nothing was heard for three heartbeat intervals");
                return Never;
            }
        }
        else
        {
            Volatile.Write(ref lastReceivedMs, nowMs);
        }

        long nextPing = Volatile.Read(ref lastSentMs) + interval;
        if (nextPing <= nowMs)
        {
            SendPing();
            nextPing = nowMs + interval;
        }

        return nextPing;
    }

    // Replies that take long say nothing of the peer's reading: while its queue stays low the window doubles with each
    // tick that it waits, so slow handlers are not starved of requests.
    private long RequestWindowTick(long nowMs)
    {
        int window = Volatile.Read(ref requestWindow);
        if (Volatile.Read(ref parked) == 0 || RequestsInFlight < window || window >= options.RequestsInFlightMax)
        {
            gate.WakeIfReady();
            return nowMs + LookAgainMs;
        }

        if (queue.IsLow)
        {
            Volatile.Write(ref requestWindow, Math.Min(window * 2, options.RequestsInFlightMax));
            Interlocked.MemoryBarrier();
            gate.WakeIfReady();
        }

        return nowMs + TimerWheel.TickMs;
    }

    // A packet holds memory from its first byte on, so it must come at a pace: the slow peer limit and 64 KiB a second.
    private long PartialTick(long nowMs)
    {
        long since = Volatile.Read(ref partialSinceMs);
        if (since == 0 || Volatile.Read(ref parked) != 0)
        {
            return nowMs + LookAgainMs;
        }

        return Enforce(PartialLimitMs(since), nowMs, CloseReason.SlowProducer,
            "a packet did not come whole within its time");
    }

    // What has come buys time for the rest, so a header alone buys none.
    private long PartialLimitMs(long sinceMs) => sinceMs + (long)options.SlowPeerTimeout.TotalMilliseconds
        + (Volatile.Read(ref partialBytes) / PartialBytesPerMs);

    // A link that has gone quiet gives its ring back. Its posted receive still holds a block; the answer to a Ping
    // completes it, and the link then waits without one.
    private long CoolDown(long nowMs)
    {
        if (nowMs - Volatile.Read(ref lastReceivedMs) < CoolDownMs)
        {
            return nowMs + CoolDownMs;
        }

        Volatile.Write(ref hot, false);
        SendPing();
        return nowMs + LookAgainMs;
    }

    private long Enforce(long limitMs, long nowMs, CloseReason reason, string detail)
    {
        if (limitMs > nowMs)
        {
            return limitMs;
        }

        Close(reason, detail);
        return Never;
    }
}
