using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Dispatch;
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

    /// <summary>One-way packets from the server, in order, until the client ends. Dispose each.</summary>
    /// <param name="cancellationToken">Stops reading.</param>
    public async IAsyncEnumerable<PacketMessage> ReadMessagesAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (await messages.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            while (messages.Reader.TryRead(out PacketMessage? message))
            {
                Now.MessageRead();
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
        ClientConnection now = Now;
        return now.IsTaking || !options.AutoReconnect
            ? now.BeginAsync(type, name, payload, limit, cancellationToken)
            : BeginLaterAsync(type, name, payload, limit, cancellationToken);
    }

    private async ValueTask<PacketReply> BeginLaterAsync(PacketType type, string name, ReadOnlyMemory<byte> payload,
        TimeSpan limit, CancellationToken cancellationToken)
    {
        (ClientConnection next, TimeSpan left) = await NextAsync(limit, cancellationToken).ConfigureAwait(false);
        return await next.BeginAsync(type, name, payload, left, cancellationToken).ConfigureAwait(false);
    }

    private ValueTask SendOneWayAsync(
        PacketType type, string name, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        ClientConnection now = Now;
        return now.IsTaking || !options.AutoReconnect
            ? now.SendOneWayAsync(type, name, payload, options.OperationTimeout, cancellationToken)
            : SendLaterAsync(type, name, payload, cancellationToken);
    }

    private async ValueTask SendLaterAsync(
        PacketType type, string name, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        (ClientConnection next, TimeSpan left) =
            await NextAsync(options.OperationTimeout, cancellationToken).ConfigureAwait(false);
        await next.SendOneWayAsync(type, name, payload, left, cancellationToken).ConfigureAwait(false);
    }
}
