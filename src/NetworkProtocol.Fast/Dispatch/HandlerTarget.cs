using System;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Memory;
using NetworkProtocol.Fast.Packets;

namespace NetworkProtocol.Fast.Dispatch;

/// <summary>Runs a synchronous handler over a view into the receive window.</summary>
internal sealed class HandlerTarget(PacketHandler handler, ILogger logger) : PacketTarget
{
    private readonly HandlerFailures failures = new(logger);

    internal override Gate? Handle(PeerLink link, in PacketView packet, FlushBatch flush)
    {
        if (packet.Header.Codec == PayloadCodec.None)
        {
            Run(link, in packet, packet.Payload, flush);
            return null;
        }

        if (link.TryInflate(in packet, out BufferLease lease, out int bytes) is { } fault)
        {
            Refuse(link, packet.Header, flush, fault.Code, fault.Text);
            return null;
        }

        Run(link, in packet, lease.Span[..bytes], flush);
        lease.Return();
        return null;
    }

    private void Run(PeerLink link, in PacketView packet, ReadOnlySpan<byte> payload, FlushBatch flush)
    {
        var context = new PacketContext(link, packet.Header, packet.Name, payload, flush);
        try
        {
            handler(ref context);
            if (!context.IsAnswered && !context.IsOneWay)
            {
                context.Reply(default);
            }
        }
#pragma warning disable CA1031 // Whatever a handler throws ends that request, not the link.
        catch (Exception e)
#pragma warning restore CA1031
        {
            failures.Note(link, e);
            if (!context.IsAnswered)
            {
                context.Fail(ErrorCode.HandlerFailed, "the handler failed");
            }
        }

        if (context.IsOneWay)
        {
            flush.CountOneWay(Meter);
        }
        else if (context.Outcome == ErrorCode.None)
        {
            flush.CountAnswered(Meter);
        }
        else
        {
            Meter.Record(context.Outcome, Stopwatch.GetTimestamp() - flush.Timestamp);
        }

        flush.Add(link);
    }
}
