using System;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Relay.Cli;
using NetworkProtocol.Fast.Relay.Cli.Bench;

namespace NetworkProtocol.Fast.Loading.Loads;

/// <summary>One link of an open loop. The correlation is the slot's number plus one (0 would be a fault of the
/// connection).</summary>
internal sealed class PacedLink(LoadRun run, PacedSlots slots, PacketName name, byte[] payload)
    : LoadLink(run, payload, slots.Count), IPacedConnection
{
    private const int RepliesPerComparison = 1000;

    private readonly byte[] payload = payload;
    private readonly byte[] utf8 = name.Utf8;

    // The pacer's own.
    private bool isTouched;

    // Of the thread that owns the receive side.
    private int untilCompared;

    public bool TrySend(long intended)
    {
        int slot = slots.Take(intended);
        if (slot < 0)
        {
            return false;
        }

        var header = new PacketHeader { Type = name.Type, Correlation = (uint)slot + 1 };
        Note(Link.TrySend(in header, utf8, payload));
        isTouched = true;
        return true;
    }

    public void Flush()
    {
        if (isTouched)
        {
            isTouched = false;
            Link.Flush();
        }
    }

    public void Finish() => slots.Finish();

    public override Gate? OnPacket(PeerLink from, in PacketView packet, FlushBatch flush)
    {
        if (!packet.Header.IsReply)
        {
            return null;
        }

        uint slot = packet.Header.Correlation - 1;
        if (slot >= (uint)slots.Count || packet.Header.Type == PacketType.Error
            || packet.Payload.Length != payload.Length || !IsEcho(packet.Payload))
        {
            FailOn(in packet);
            return null;
        }

        slots.Return((int)slot);
        return null;
    }

    public async ValueTask DisposeAsync() => await CloseAsync().ConfigureAwait(false);

    // Every thousandth: comparing each would cost the generator more than sending it.
    private bool IsEcho(ReadOnlySpan<byte> reply)
    {
        if (--untilCompared >= 0)
        {
            return true;
        }

        untilCompared = RepliesPerComparison;
        return reply.SequenceEqual(payload);
    }
}
