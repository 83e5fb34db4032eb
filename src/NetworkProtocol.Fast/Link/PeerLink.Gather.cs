using System;
using System.Threading;
using NetworkProtocol.Fast.Session;

namespace NetworkProtocol.Fast.Link;

/// <summary>What one send carries: waiting packets copied together, or a piece of a block; sealed, if the session has
/// keys. Send side.</summary>
internal sealed partial class PeerLink
{
    // One send carries what waits, up to this: large enough that the system call's cost does not show (0.7 us against
    // 10 us of copying 64 KiB), small enough to stay in the second-level cache.
    private const int GatherBytesMax = 64 << 10;

    private const int GatherBytesMin = 4 << 10;

    // A large packet goes out in pieces, so that a slow but living peer shows progress.
    private const int BlockSendBytesMax = 256 << 10;

    // Waiting packets into the gather block, as one record if the session has keys. They were set before the first
    // packet that they are for was queued, so whoever has found that packet sees them: the look at the queue must come
    // first, or a packet that was queued between the two would go out as it is.
    private int Gather()
    {
        if (Security is null)
        {
            return queue.Gather(gather.Span, out block, out _);
        }

        Span<byte> record = gather.Span;
        Span<byte> room = record.Slice(RecordLayout.LengthBytes,
            Math.Min(record.Length - RecordLayout.OverheadBytes, RecordLayout.PlaintextBytesMax));
        int bytes = queue.Gather(room, out block, out bool isClear);
        if (isClear)
        {
            // The handshake, or the Error that a client hears which opens another session.
            room[..bytes].CopyTo(record);
            return bytes;
        }

        if (bytes == 0 && block.IsNone)
        {
            return 0;
        }

        if (Volatile.Read(ref secure) is { } channel)
        {
            return bytes == 0 ? 0 : channel.Seal(room[..bytes], record);
        }

        // Nobody queues a packet before there are keys. Should it happen, the packet does not leave in clear.
        DropBlock();
        Close(CloseReason.SystemError, "a packet was queued before the session had keys; please report this");
        return 0;
    }

    private Memory<byte> TakePiece()
    {
        int left = block.Length - blockSent;
        int piece;
        Memory<byte> bytes;
        if (Volatile.Read(ref secure) is { } channel)
        {
            // Sealed from the block into the gather block: one pass, as a copy would be.
            piece = Math.Min(left,
                Math.Min(gather.Capacity - RecordLayout.OverheadBytes, RecordLayout.PlaintextBytesMax));
            bytes = gather.Memory[..channel.Seal(block.Memory.Span.Slice(blockSent, piece), gather.Span)];
        }
        else
        {
            piece = Math.Min(left, BlockSendBytesMax);
            bytes = block.Memory.Slice(blockSent, piece);
        }

        blockSent += piece;
        return bytes;
    }

    // Small blocks for a trickle, large ones for a batch. Under memory pressure whatever can be had.
    private bool TryRentGather(long expectedBytes)
    {
        int wanted = expectedBytes <= GatherBytesMin ? GatherBytesMin : GatherBytesMax;
        gatherRefused = false;
        if (!gather.IsNone)
        {
            if (gather.Capacity >= wanted)
            {
                return true;
            }

            ReleaseGather();
        }

        for (int bytes = wanted; bytes >= GatherBytesMin; bytes /= 4)
        {
            if (runtime.Pool.TryRentToSend(bytes, out gather))
            {
                return true;
            }

            // A smaller block may be too small for the next packet, so waiting for memory may be all that is left.
            gatherRefused = true;
        }

        return false;
    }

    private void ReleaseGather()
    {
        if (!gather.IsNone)
        {
            gather.Return();
            gather = default;
        }
    }
}
