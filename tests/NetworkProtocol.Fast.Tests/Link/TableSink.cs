using System;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging.Abstractions;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;

namespace NetworkProtocol.Fast.Tests.Link;

/// <summary>What a server does with the packets of a link, without the server; and it tells the test what it
/// heard.</summary>
internal sealed class TableSink : ILinkSink
{
    private readonly DispatchTable table;
    private readonly TaskCompletionSource established = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<LinkClosed> closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int closedCount;
    private int packets;

    internal TableSink(HandlerTable? handlers = null) =>
        table = (handlers ?? new HandlerTable()).Freeze(NullLogger.Instance);

    internal Task Established => established.Task.WaitAsync(TimeSpan.FromSeconds(10));

    internal Task<LinkClosed> Closed => closed.Task.WaitAsync(TimeSpan.FromSeconds(10));

    internal bool IsClosed => closed.Task.IsCompleted;

    /// <summary>Times the link said that it is over; more than once is a bug.</summary>
    internal int ClosedCount => closedCount;

    /// <summary>Packets offered so far.</summary>
    internal int Packets => Volatile.Read(ref packets);

    /// <summary>Looked at before a packet is dispatched; a gate makes the link wait.</summary>
    internal Func<PeerLink, PacketType, Gate?>? Before { get; set; }

    public void OnEstablished(PeerLink link) => established.TrySetResult();

    public Gate? OnPacket(PeerLink link, in PacketView packet, FlushBatch flush)
    {
        Interlocked.Increment(ref packets);
        if (Before?.Invoke(link, packet.Header.Type) is { } gate)
        {
            return gate;
        }

        if (packet.Header.IsReply)
        {
            return null;
        }

        if (table.Find(in packet) is { } target)
        {
            return target.Handle(link, in packet, flush);
        }

        Replies.Refuse(link, packet.Header, flush, ErrorCode.NoRoute, "no route");
        return null;
    }

    public void OnDropped(PeerLink link, in PacketHeader header, FlushBatch flush) =>
        Replies.Refuse(link, in header, flush, ErrorCode.Overloaded, "no memory to receive the payload");

    public void OnDisconnect(PeerLink link, ErrorCode code)
    {
    }

    public void OnClosed(PeerLink link, LinkClosed reason)
    {
        closedCount++;
        closed.TrySetResult(reason);
    }
}
