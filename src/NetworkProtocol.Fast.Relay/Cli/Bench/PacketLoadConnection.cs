using System;
using System.Diagnostics;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Memory;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Cli.Bench;

/// <summary>
/// One link under load. A reply's handler sends the slot's next request into the same flush, so requests batch as
/// replies do. The correlation is the slot's number plus one (0 would be a fault of the connection).
/// </summary>
internal sealed class PacketLoadConnection(
    LoadRun run, LoadMeter meter, PacketName name, byte[] payload, int inFlight) : ILinkSink
{
    private const int RepliesPerComparison = 1000;

    private readonly long[] sentAt = new long[inFlight];
    private readonly byte[] utf8 = name.Utf8;
    private readonly TaskCompletionSource established = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private PeerLink? link;

    // The receive side's own once the load has begun.
    private int underWay = inFlight;
    private int untilCompared;

    internal async Task OpenAsync(
        LinkRuntime runtime, LinkOptions options, SessionSecurity? security, TransportConnection transport)
    {
        link = new PeerLink(runtime, options, transport, this, LinkRole.Initiating) { Security = security };
        link.Start();
        await established.Task.ConfigureAwait(false);
        uint allowed = link.Settings.SendRequestsInFlightMax;
        if (sentAt.Length > allowed)
        {
            throw new CommandFailedException($"the server takes {allowed} requests in flight; lower --in-flight");
        }

        if ((uint)payload.Length > link.Settings.SendPayloadBytesMax)
        {
            throw new CommandFailedException(
                $"the server takes payloads of {link.Settings.SendPayloadBytesMax} bytes; lower --size");
        }
    }

    internal void Begin()
    {
        for (int slot = 0; slot < sentAt.Length; slot++)
        {
            sentAt[slot] = Stopwatch.GetTimestamp();
            Note(link!.TrySendPayload(HeaderOf(slot), utf8, payload, utf8));
        }

        link!.Flush();
    }

    internal async Task CloseAsync()
    {
        if (link is not null)
        {
            link.Close(CloseReason.Requested, string.Empty);
            await closed.Task.ConfigureAwait(false);
        }
    }

    void ILinkSink.OnEstablished(PeerLink from) => established.TrySetResult();

    Gate? ILinkSink.OnPacket(PeerLink from, in PacketView packet, FlushBatch flush)
    {
        long now = flush.Timestamp;
        if (!packet.Header.IsReply)
        {
            return null;
        }

        uint slot = packet.Header.Correlation - 1;
        if (slot >= (uint)sentAt.Length || packet.Header.Type == PacketType.Error
            || !(packet.Header.Codec == PayloadCodec.None ? IsEcho(packet.Payload) : IsCompressedEcho(from, in packet)))
        {
            FailOn(in packet);
            return null;
        }

        meter.Record(now - sentAt[slot]);
        if (!run.IsStopping)
        {
            sentAt[slot] = now;
            Note(from.TrySendPayload(HeaderOf((int)slot), utf8, payload, utf8, flush));
        }
        else if (--underWay == 0)
        {
            run.ConnectionDone();
        }

        return null;
    }

    void ILinkSink.OnDropped(PeerLink from, in PacketHeader header, FlushBatch flush) =>
        run.Fail("no memory for a reply; lower --in-flight or --size");

    void ILinkSink.OnDisconnect(PeerLink from, ErrorCode code) =>
        run.Fail($"the server is ending the connection ({code})");

    void ILinkSink.OnClosed(PeerLink from, LinkClosed reason)
    {
        run.Fail($"the connection ended ({reason})");
        established.TrySetException(new CommandFailedException($"the connection ended ({reason})"));
        closed.TrySetResult();
    }

    // Comparing every payload would cost the generator more than sending it.
    private bool IsEcho(ReadOnlySpan<byte> reply) =>
        reply.Length == payload.Length && (--untilCompared >= 0 || IsSame(reply));

    private bool IsCompressedEcho(PeerLink from, in PacketView packet)
    {
        if (from.TryInflate(in packet, out BufferLease lease, out int bytes) is not null)
        {
            return false;
        }

        bool isEcho = IsEcho(lease.Span[..bytes]);
        lease.Return();
        return isEcho;
    }

    private bool IsSame(ReadOnlySpan<byte> reply)
    {
        untilCompared = RepliesPerComparison;
        return reply.SequenceEqual(payload);
    }

    private PacketHeader HeaderOf(int slot) => new() { Type = name.Type, Correlation = (uint)slot + 1 };

    private void Note(EnqueueStatus status)
    {
        if (status != EnqueueStatus.Done)
        {
            run.Fail($"a request could not be sent ({status})");
        }
    }

    private void FailOn(in PacketView packet)
    {
        bool isError = packet.Header.Type == PacketType.Error;
        run.Fail(isError && ErrorPayload.TryRead(packet.Payload, out ErrorPayload error, out _)
            ? $"a request failed with {error.Code}: {error.ToDisplayString()}"
            : $"a reply is not the {payload.Length} bytes that were sent; name a packet that echoes");
    }
}
