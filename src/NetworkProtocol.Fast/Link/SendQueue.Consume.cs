using System;
using System.Buffers.Binary;
using System.Threading;
using NetworkProtocol.Fast.Memory;
using NetworkProtocol.Fast.Packets;

namespace NetworkProtocol.Fast.Link;

/// <summary>The consumer's side, one thread at a time.</summary>
internal sealed partial class SendQueue
{
    private long packetsTaken;

    /// <summary>Packets taken off the queue so far. Any thread.</summary>
    internal long PacketsTaken => Volatile.Read(ref packetsTaken);

    /// <summary>
    /// Moves waiting packets to <paramref name="destination"/> until it is full or a block is next. Consumer only.
    /// </summary>
    /// <param name="destination">Where to.</param>
    /// <param name="block">The block that is first in line, if that is what stands there.</param>
    /// <param name="isClear">Whether the bytes written are not to be sealed.</param>
    /// <returns>Bytes written; 0 with a block in <paramref name="block"/> when a block is first in line; 0 without one
    /// when nothing is committed.</returns>
    internal int Gather(Span<byte> destination, out QueuedBlock block, out bool isClear)
    {
        block = default;
        isClear = false;
        int written = 0;
        while (ring.TryRead(out RingEntry entry))
        {
            ReadOnlySpan<byte> data = entry.Span;
            if (entry.Tag == TagPacket)
            {
                if (data.Length > destination.Length - written)
                {
                    break;
                }

                data.CopyTo(destination[written..]);
                written += data.Length;
                ring.Release();

                // The bytes that open a session are no packet.
                Volatile.Write(ref packetsTaken, packetsTaken + (data.Length >= PacketHeader.BytesCount ? 1 : 0));
                continue;
            }

            if (written > 0)
            {
                break;
            }

            if (entry.Tag == TagClear)
            {
                isClear = true;
                data.CopyTo(destination);
                written = data.Length;
            }
            else
            {
                block = TakeBlock(data);
                Volatile.Write(ref packetsTaken, packetsTaken + 1);
            }

            ring.Release();
            break;
        }

        return written;
    }

    /// <summary>A block that <see cref="Gather"/> handed out has been sent or dropped. Consumer only.</summary>
    internal void BlockDone(in QueuedBlock block)
    {
        Interlocked.Add(ref blockBytes, -block.Lease.Capacity);
        block.Lease.Return();
    }

    /// <summary>Whether <see cref="Gather"/> would find something. Consumer only.</summary>
    internal bool HasCommitted => ring.TryRead(out _);

    /// <summary>Gives the ring's memory back when nothing waits. Consumer only.</summary>
    internal void DetachIfIdle() => ring.TryDetach();

    /// <summary>Ends the queue: later packets are refused, waiting ones dropped, memory returned. Consumer
    /// only.</summary>
    internal void Close()
    {
        ring.Close();
        while (ring.TryRead(out RingEntry entry))
        {
            if (entry.Tag == TagBlock)
            {
                QueuedBlock block = TakeBlock(entry.Span);
                BlockDone(in block);
            }

            ring.Release();
        }

        ring.Dispose();
    }

    private QueuedBlock TakeBlock(ReadOnlySpan<byte> entry)
    {
        int id = BinaryPrimitives.ReadInt32LittleEndian(entry);
        int offset = BinaryPrimitives.ReadInt32LittleEndian(entry[4..]);
        int length = BinaryPrimitives.ReadInt32LittleEndian(entry[8..]);
        return new QueuedBlock(pool.Adopt(id), offset, length);
    }
}
