using System;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;

namespace NetworkProtocol.Fast.Client;

/// <summary>What a caller asks for.</summary>
internal sealed partial class ClientConnection
{
    /// <summary>A message was read: there may be room for the next.</summary>
    internal void MessageRead()
    {
        Interlocked.MemoryBarrier();
        messageGate.WakeIfReady();
    }

    /// <summary>Sends a request; see <see cref="PacketClient.RequestAsync(string, ReadOnlyMemory{byte}, TimeSpan?,
    /// CancellationToken)"/>.</summary>
    internal ValueTask<PacketReply> BeginAsync(PacketType type, string name, ReadOnlyMemory<byte> payload,
        TimeSpan limit, CancellationToken cancellationToken)
    {
        long timeoutMs = (long)Math.Ceiling(limit.TotalMilliseconds);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<PacketReply>(cancellationToken);
        }

        return TryBegin(type, name, payload.Span, timeoutMs, cancellationToken, out ValueTask<PacketReply> task)
            ? task
            : BeginSlowAsync(type, name, payload, timeoutMs, cancellationToken);
    }

    // The connection is congested: wait for room, within the request's time.
    private async ValueTask<PacketReply> BeginSlowAsync(PacketType type, string name, ReadOnlyMemory<byte> payload,
        long timeoutMs, CancellationToken cancellationToken)
    {
        long deadline = runtime.Wheel.DeadlineAfter(timeoutMs);
        while (true)
        {
            long left = deadline - runtime.Wheel.NowMs;
            if (left <= 0)
            {
                throw new PacketErrorException(ErrorCode.Timeout, "no room to send the request in time");
            }

            await WaitForRoomAsync(TimeSpan.FromMilliseconds(left), cancellationToken).ConfigureAwait(false);
            left = Math.Max(deadline - runtime.Wheel.NowMs, 1);
            if (TryBegin(type, name, payload.Span, left, cancellationToken, out ValueTask<PacketReply> task))
            {
                return await task.ConfigureAwait(false);
            }
        }
    }

    private async Task WaitForRoomAsync(TimeSpan left, CancellationToken cancellationToken)
    {
        try
        {
            if (link.IsOpen && runtime.Wheel.NowMs - Volatile.Read(ref refusedMs) < TimerWheel.TickMs)
            {
                // Nobody tells when there is memory again.
                var tick = TimeSpan.FromMilliseconds(TimerWheel.TickMs);
                await Task.Delay(tick, runtime.Wheel.Time, cancellationToken).ConfigureAwait(false);
                return;
            }

            Gate gate = link.IsHigh ? link.Gate : requestGate;
            await AsyncGateWaiter.WaitAsync(gate, left, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The caller looks at the clock.
        }
    }

    // False: no room now.
    private bool TryBegin(PacketType type, string name, ReadOnlySpan<byte> payload, long timeoutMs,
        CancellationToken cancellationToken, out ValueTask<PacketReply> task)
    {
        task = default;
        Span<byte> utf8 = stackalloc byte[PacketLimits.NameBytesMax];
        ReadOnlySpan<byte> encoded = type == PacketType.Custom ? Encode(name, utf8) : default;
        CheckPayload(type, payload);
        ThrowIfDone();
        if (link.IsHigh || requests.InFlight >= RequestsInFlightMax)
        {
            return false;
        }

        PendingRequest request = pool.Get();
        if (!requests.TryBegin(request, 0, type, runtime.Wheel.DeadlineAfter(timeoutMs), out uint correlation))
        {
            request.Discard();
            return false;
        }

        // The task is taken first: the reply may come, and the object be reused, before this method returns.
        task = request.Task;
        request.Arm(correlation, cancellationToken);
        deadlines.Ensure();
        var header = new PacketHeader { Type = type, Correlation = correlation };
        switch (link.TrySendPayload(in header, encoded, payload, encoded))
        {
            case EnqueueStatus.Done:
                link.Flush();
                return true;
            case EnqueueStatus.Full or EnqueueStatus.NoMemory when requests.TryEnd(correlation, out _):
                request.Discard();
                task = default;

                // Somebody may have come to the gate because of the slot that this attempt held.
                AfterRequest();
                NoteRefusal();
                return false;
            case EnqueueStatus.Closed when requests.TryEnd(correlation, out _):
                request.Fail(new PacketConnectionException(link.ClosedAs));
                return true;
            default:
                // Somebody else ended it: cancellation, the deadline, or the end of the connection.
                return true;
        }
    }

    /// <summary>Sends a packet that wants no reply; see <see cref="PacketClient.SendAsync(string,
    /// ReadOnlyMemory{byte}, CancellationToken)"/>.</summary>
    internal async ValueTask SendOneWayAsync(
        PacketType type, string name, ReadOnlyMemory<byte> payload, TimeSpan limit,
        CancellationToken cancellationToken)
    {
        long deadline = 0;
        while (!TrySendOneWay(type, name, payload.Span))
        {
            long now = runtime.Wheel.NowMs;
            deadline = deadline == 0 ? now + (long)Math.Ceiling(limit.TotalMilliseconds) : deadline;
            if (now >= deadline)
            {
                throw new PacketErrorException(ErrorCode.Timeout, "no room to send the packet in time");
            }

            await WaitForRoomAsync(TimeSpan.FromMilliseconds(deadline - now), cancellationToken).ConfigureAwait(false);
        }
    }

    private bool TrySendOneWay(PacketType type, string name, ReadOnlySpan<byte> payload)
    {
        Span<byte> utf8 = stackalloc byte[PacketLimits.NameBytesMax];
        ReadOnlySpan<byte> encoded = type == PacketType.Custom ? Encode(name, utf8) : default;
        CheckPayload(type, payload);
        ThrowIfDone();
        if (link.IsHigh)
        {
            return false;
        }

        var header = new PacketHeader { Type = type, Flags = PacketFlags.OneWay };
        switch (link.TrySendPayload(in header, encoded, payload, encoded))
        {
            case EnqueueStatus.Done:
                link.Flush();
                return true;
            case EnqueueStatus.Full or EnqueueStatus.NoMemory:
                NoteRefusal();
                return false;
            default:
                throw new PacketConnectionException(link.ClosedAs);
        }
    }

    // A queue that is not high refuses for want of memory, which opens no gate when it ends.
    private void NoteRefusal()
    {
        if (!link.IsHigh)
        {
            Volatile.Write(ref refusedMs, runtime.Wheel.NowMs);
        }
    }

    private static ReadOnlySpan<byte> Encode(string name, Span<byte> utf8) =>
        Encoding.UTF8.TryGetBytes(name, utf8, out int bytes)
            ? utf8[..bytes]
            : throw new ArgumentException("a packet name has at most 255 bytes of UTF-8", nameof(name));

    private void CheckPayload(PacketType type, ReadOnlySpan<byte> payload)
    {
        uint max = type == PacketType.Ping ? PacketLimits.PingPayloadBytesMax : link.Settings.SendPayloadBytesMax;
        if ((uint)payload.Length > max)
        {
            throw new ArgumentException(
                $"the payload has {payload.Length} bytes, the server accepts {max}", nameof(payload));
        }
    }

    private void ThrowIfDone()
    {
        if (!link.IsOpen || Volatile.Read(ref draining) != 0)
        {
            throw new PacketConnectionException(link.ClosedAs is { Reason: not CloseReason.None } ended
                ? ended
                : new LinkClosed(CloseReason.ShuttingDown, "no new requests are taken"));
        }
    }
}
