using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;

namespace NetworkProtocol.Fast.Client;

/// <summary>What a caller asks for.</summary>
public sealed partial class PacketClient
{
    /// <summary>Sends a request and waits for its reply.</summary>
    /// <param name="name">At most 255 bytes of UTF-8. "ECHO" and "PING" go out as the packet types of that
    /// name.</param>
    /// <param name="payload">At most <see cref="PayloadBytesMax"/> bytes; 64 for PING. Copied before this returns,
    /// unless the connection is congested: do not change it before the task completes.</param>
    /// <param name="timeout">Null for <see cref="ClientOptions.RequestTimeout"/>. Resolution: 50 ms.</param>
    /// <param name="cancellationToken">Stops waiting; the server is not told.</param>
    /// <returns>The reply; dispose it. Await the task once.</returns>
    /// <exception cref="PacketErrorException">The server answered with an Error, or the time ran out.</exception>
    /// <exception cref="PacketConnectionException">The connection ended first.</exception>
    /// <exception cref="ArgumentException">Name or payload are too long.</exception>
    public ValueTask<PacketReply> RequestAsync(
        string name,
        ReadOnlyMemory<byte> payload,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default) =>
        BeginAsync(TypeOf(name), name, payload, timeout, cancellationToken);

    /// <summary>Sends a request with a type number and waits for its reply; see the other overload.</summary>
    /// <param name="number">256 to 65535.</param>
    /// <param name="payload">See the other overload.</param>
    /// <param name="timeout">See the other overload.</param>
    /// <param name="cancellationToken">See the other overload.</param>
    public ValueTask<PacketReply> RequestAsync(
        int number,
        ReadOnlyMemory<byte> payload,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default) =>
        BeginAsync(TypeOf(number), string.Empty, payload, timeout, cancellationToken);

    /// <summary>Sends a packet that wants no reply: at most once, nothing says whether it arrived.</summary>
    /// <param name="name">At most 255 bytes of UTF-8.</param>
    /// <param name="payload">At most <see cref="PayloadBytesMax"/> bytes.</param>
    /// <param name="cancellationToken">Stops waiting for room when the connection is congested.</param>
    /// <exception cref="PacketErrorException">There was no room within <see cref="ClientOptions.OperationTimeout"/>.
    /// </exception>
    /// <exception cref="PacketConnectionException">The connection has ended.</exception>
    public ValueTask SendAsync(
        string name, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken = default) =>
        SendOneWayAsync(TypeOf(name), name, payload, cancellationToken);

    /// <summary>Sends a packet with a type number that wants no reply; see the other overload.</summary>
    /// <param name="number">256 to 65535.</param>
    /// <param name="payload">See the other overload.</param>
    /// <param name="cancellationToken">See the other overload.</param>
    public ValueTask SendAsync(
        int number, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken = default) =>
        SendOneWayAsync(TypeOf(number), string.Empty, payload, cancellationToken);

    /// <summary>Measures a round trip to the server itself.</summary>
    /// <param name="timeout">Null for <see cref="ClientOptions.RequestTimeout"/>.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async ValueTask<TimeSpan> PingAsync(
        TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        long start = Stopwatch.GetTimestamp();
        using PacketReply reply =
            await BeginAsync(PacketType.Ping, string.Empty, default, timeout, cancellationToken).ConfigureAwait(false);
        return Stopwatch.GetElapsedTime(start);
    }

    /// <summary>One-way packets from the server, in order, until the connection ends. Dispose each.</summary>
    /// <param name="cancellationToken">Stops reading.</param>
    public async IAsyncEnumerable<PacketMessage> ReadMessagesAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (await messages.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            while (messages.Reader.TryRead(out PacketMessage? message))
            {
                Interlocked.MemoryBarrier();
                messageGate.WakeIfReady();
                yield return message;
            }
        }
    }

    private static PacketType TypeOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name switch
        {
            "ECHO" => PacketType.Echo,
            "PING" => PacketType.Ping,
            "" => throw new ArgumentException("a request needs a name or a number", nameof(name)),
            _ => PacketType.Custom,
        };
    }

    private static PacketType TypeOf(int number) => number is >= RouteMatch.NumberMin and <= RouteMatch.NumberMax
        ? (PacketType)number
        : throw new ArgumentOutOfRangeException(nameof(number), number, "a type number lies between 256 and 65535");

    private ValueTask<PacketReply> BeginAsync(PacketType type, string name, ReadOnlyMemory<byte> payload,
        TimeSpan? timeout, CancellationToken cancellationToken)
    {
        TimeSpan limit = timeout ?? options.RequestTimeout;
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(limit, TimeSpan.Zero, nameof(timeout));
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

    private async ValueTask SendOneWayAsync(
        PacketType type, string name, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        long deadline = 0;
        while (!TrySendOneWay(type, name, payload.Span))
        {
            long now = runtime.Wheel.NowMs;
            deadline = deadline == 0 ? now + (long)Math.Ceiling(options.OperationTimeout.TotalMilliseconds) : deadline;
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
