using System;
using System.Threading;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Memory;
using NetworkProtocol.Fast.Packets;

namespace NetworkProtocol.Fast.Client;

/// <summary>What comes from the link.</summary>
internal sealed partial class ClientConnection
{
    private void HandleReply(in PacketView packet)
    {
        if (!requests.TryEnd(packet.Header.Correlation, out EndedRequest<PendingRequest> ended))
        {
            runtime.Counters.AddLateReply();
            return;
        }

        if (packet.Header.Type == PacketType.Error)
        {
            ended.Owner.Fail(ErrorPayload.TryRead(packet.Payload, out ErrorPayload error, out _)
                ? new PacketErrorException(error.Code, error.ToDisplayString())
                : new PacketErrorException(ErrorCode.Malformed, "the error packet cannot be read"));
        }
        else if (TryTakePayload(in packet, out BufferLease lease, out int offset, out int bytes) is { } fault)
        {
            ended.Owner.Fail(new PacketErrorException(fault.Code, fault.Text));
        }
        else
        {
            ended.Owner.Complete(new PacketReply(lease, offset, bytes));
        }

        AfterRequest();
    }

    private MessageGate? HandleMessage(PeerLink from, in PacketView packet, FlushBatch flush)
    {
        if (packet.Header.WantsReply)
        {
            from.TrySendErrorReply(packet.Header.Correlation, ErrorCode.NoRoute, "this client takes no requests");
            flush.Add(from);
            return null;
        }

        if (unread.Count >= options.MessagesWaitingMax)
        {
            return messageGate;
        }

        int nameBytes = packet.Header.NameLength;
        if (TryTakeMessage(in packet, out BufferLease lease, out int bytes))
        {
            var message = new PacketMessage(packet.Header.Type, lease, nameBytes, nameBytes, bytes);
            if (!messages.TryWrite(message))
            {
                message.Dispose();
            }
        }

        return null;
    }

    private bool TryTakeMessage(in PacketView packet, out BufferLease lease, out int bytes)
    {
        lease = default;
        BufferLease inflated = default;
        ReadOnlySpan<byte> payload = packet.Payload;
        bytes = payload.Length;
        if (packet.Header.Codec != PayloadCodec.None)
        {
            if (link.TryInflate(in packet, out inflated, out bytes) is not null)
            {
                return false;
            }

            payload = inflated.Span[..bytes];
        }

        bool taken = runtime.Pool.TryRent(Math.Max(packet.Name.Length + bytes, 1), out lease);
        if (taken)
        {
            packet.Name.CopyTo(lease.Span);
            payload.CopyTo(lease.Span[packet.Name.Length..]);
        }

        inflated.Return();
        return taken;
    }

    private PacketFault? TryTakePayload(in PacketView packet, out BufferLease lease, out int offset, out int bytes)
    {
        offset = 0;
        bytes = packet.Payload.Length;
        lease = default;
        if (packet.Header.Codec != PayloadCodec.None)
        {
            return link.TryInflate(in packet, out lease, out bytes);
        }

        if (bytes == 0)
        {
            return null;
        }

        if (link.TryDetachPacket(out lease, out int start))
        {
            offset = start + PacketHeader.BytesCount;
            return null;
        }

        if (!runtime.Pool.TryRent(bytes, out lease))
        {
            return new PacketFault(ErrorCode.Overloaded, "no memory for the reply");
        }

        packet.Payload.CopyTo(lease.Span);
        return null;
    }

    private void EndAll(LinkClosed reason)
    {
        var error = new PacketConnectionException(reason);
        established.TrySetException(error);
        int cursor = 0;
        while (requests.TryEndAny(ref cursor, out EndedRequest<PendingRequest> ended))
        {
            ended.Owner.Fail(new PacketConnectionException(reason));
        }

        if (!options.AutoReconnect)
        {
            messages.TryComplete();
        }

        requestGate.WakeIfReady();
        messageGate.WakeIfReady();
        closed.TrySetResult(reason);
    }

    private sealed class Sink(ClientConnection client) : ILinkSink
    {
        public void OnEstablished(PeerLink link) => client.established.TrySetResult();

        public Gate? OnPacket(PeerLink link, in PacketView packet, FlushBatch flush)
        {
            if (packet.Header.IsReply)
            {
                client.HandleReply(in packet);
                return null;
            }

            return client.HandleMessage(link, in packet, flush);
        }

        public void OnDropped(PeerLink link, in PacketHeader header, FlushBatch flush)
        {
            if (header.IsReply && client.requests.TryEnd(header.Correlation, out EndedRequest<PendingRequest> ended))
            {
                ended.Owner.Fail(new PacketErrorException(ErrorCode.Overloaded, "no memory to receive the reply"));
                client.AfterRequest();
            }
        }

        public void OnDisconnect(PeerLink link, ErrorCode code)
        {
            client.peerCode = code;
            Volatile.Write(ref client.peerDone, true);
            Interlocked.Exchange(ref client.draining, 1);
            client.CloseIfDone();
        }

        public void OnClosed(PeerLink link, LinkClosed reason) => client.EndAll(reason);
    }
}
