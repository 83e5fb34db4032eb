using System;
using System.Diagnostics;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Memory;
using NetworkProtocol.Fast.Packets;

namespace NetworkProtocol.Fast.Relay.Cli.Bench;

/// <summary>
/// One link under load. A reply's handler sends the slot's next request into the same flush, so requests batch as
/// replies do. The correlation is the slot's number plus one (0 would be a fault of the connection).
/// </summary>
internal sealed class PacketLoadConnection(
    LoadRun run, LoadMeter meter, PacketName name, byte[] payload, int inFlight) : LoadLink(run, payload, inFlight)
{
    private const int RepliesPerComparison = 1000;

    private readonly long[] sentAt = new long[inFlight];
    private readonly byte[] utf8 = name.Utf8;
    private readonly byte[] payload = payload;

    // The receive side's own once the load has begun.
    private int underWay = inFlight;
    private int untilCompared;

    internal void Begin()
    {
        for (int slot = 0; slot < sentAt.Length; slot++)
        {
            sentAt[slot] = Stopwatch.GetTimestamp();
            Note(Link.TrySendPayload(HeaderOf(slot), utf8, payload, utf8));
        }

        Link.Flush();
    }

    public override Gate? OnPacket(PeerLink from, in PacketView packet, FlushBatch flush)
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

        meter.Record(sentAt[slot], now);
        if (!Run.IsStopping)
        {
            sentAt[slot] = now;
            Note(from.TrySendPayload(HeaderOf((int)slot), utf8, payload, utf8, flush));
        }
        else if (--underWay == 0)
        {
            Run.ConnectionDone();
        }

        return null;
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
}
