using System;
using System.Threading;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.ObjectPool;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Memory;
using NetworkProtocol.Fast.Packets;

namespace NetworkProtocol.Fast.Dispatch;

/// <summary>
/// Hands packets to an asynchronous handler on the thread pool, each in a leased block. How many run at a
/// time is bounded by the requests that a link may have unanswered.
/// </summary>
internal sealed class AsyncHandlerTarget : PacketTarget
{
    private readonly DefaultObjectPool<RequestSlot> requests;
    private readonly HandlerFailures failures;

    internal AsyncHandlerTarget(AsyncPacketHandler handler, ILogger logger)
    {
        Handler = handler;
        failures = new HandlerFailures(logger);
        requests = new DefaultObjectPool<RequestSlot>(new Policy(this), maximumRetained: 1024);
    }

    internal AsyncPacketHandler Handler { get; }

    internal override Gate? Handle(PeerLink link, in PacketView packet, FlushBatch flush)
    {
        PacketHeader header = packet.Header;
        if (!TryTakePayload(
            link, in packet, flush, out BufferLease lease, out int name, out int payload, out int bytes))
        {
            return null;
        }

        RequestSlot request = requests.Get();
        request.Begin(link, in header, lease, name, payload, bytes, flush.Timestamp);
        if (!header.WantsReply)
        {
            flush.CountOneWay(Meter);
        }

        ThreadPool.UnsafeQueueUserWorkItem(request, preferLocal: false);
        return null;
    }

    internal void Recycle(RequestSlot request) => requests.Return(request);

    internal void LogFailure(PeerLink link, Exception error) => failures.Note(link, error);

    // Name and payload move to a block: the packet's own when it is large and plain, else a copy or what was inflated.
    private bool TryTakePayload(PeerLink link, in PacketView packet, FlushBatch flush, out BufferLease lease,
        out int name, out int payload, out int bytes)
    {
        PacketHeader header = packet.Header;
        int nameBytes = header.NameLength;
        name = 0;
        payload = nameBytes;
        bytes = packet.Payload.Length;
        if (header.Codec != PayloadCodec.None)
        {
            return TryTakeInflated(link, in packet, flush, out lease, out name, out payload, out bytes);
        }

        if (link.TryDetachPacket(out lease, out int offset))
        {
            name = offset + PacketHeader.BytesCount;
            payload = name + nameBytes;
            return true;
        }

        if (!link.Runtime.Pool.TryRent(nameBytes + bytes, out lease))
        {
            Refuse(link, in header, flush, ErrorCode.Overloaded, "no memory for the request");
            return false;
        }

        packet.Bytes[PacketHeader.BytesCount..].CopyTo(lease.Span);
        return true;
    }

    private bool TryTakeInflated(PeerLink link, in PacketView packet, FlushBatch flush, out BufferLease lease,
        out int name, out int payload, out int bytes)
    {
        PacketHeader header = packet.Header;
        name = 0;
        payload = header.NameLength;
        if (link.TryInflate(in packet, out BufferLease inflated, out bytes) is { } fault)
        {
            lease = default;
            Refuse(link, in header, flush, fault.Code, fault.Text);
            return false;
        }

        if (header.NameLength == 0)
        {
            lease = inflated;
            return true;
        }

        bool rented = link.Runtime.Pool.TryRent(header.NameLength + bytes, out lease);
        if (rented)
        {
            packet.Name.CopyTo(lease.Span);
            inflated.Span[..bytes].CopyTo(lease.Span[payload..]);
        }
        else
        {
            Refuse(link, in header, flush, ErrorCode.Overloaded, "no memory for the request");
        }

        inflated.Return();
        return rented;
    }

    private sealed class Policy(AsyncHandlerTarget target) : PooledObjectPolicy<RequestSlot>
    {
        public override RequestSlot Create() => new(target);

        public override bool Return(RequestSlot obj) => true;
    }
}
