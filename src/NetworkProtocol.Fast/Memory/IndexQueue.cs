using System;
using System.Diagnostics.CodeAnalysis;
using System.Threading;

namespace NetworkProtocol.Fast.Memory;

/// <summary>
/// Lock-free queue of the free slots of a table: what is given back waits until all others have been handed out.
/// It starts full, with every index from 0 to the size less one, and can hold no more than these, so giving one back
/// never fails. Any thread may call any member.
/// <para>
/// Each cell carries the position it is good for: a taker at position p may take from its cell once it reads p + 1
/// there, a giver may fill it once it reads p. Taking and giving then move the cell on, so a position needs one
/// compare-and-swap and a cell none (Vyukov's bounded queue).
/// </para>
/// </summary>
internal sealed class IndexQueue
{
    private readonly Cell[] cells;
    private readonly long mask;

    // Where the next index is taken. Written by takers.
    private PaddedCursor head;

    // Where the next index is given back. Written by givers.
    private PaddedCursor tail;

    /// <param name="size">Number of indices, a power of two.</param>
    public IndexQueue(int size)
    {
        cells = new Cell[size];
        mask = size - 1;
        for (int i = 0; i < size; i++)
        {
            cells[i] = new Cell { Turn = i + 1, Index = i };
        }

        tail.Position = size;
    }

    /// <summary>How many indices are taken. Any thread. Never below the truth of the moment when the call began: what
    /// is taken counts before its taker has it, and until its giver has given it.</summary>
    public int TakenCount
    {
        get
        {
            long given = Volatile.Read(ref tail.Position);
            return (int)long.Clamp(Volatile.Read(ref head.Position) + cells.Length - given, 0, cells.Length);
        }
    }

    /// <summary>Takes the index that has waited longest; false when all are taken.</summary>
    public bool TryTake(out int index)
    {
        long position = Volatile.Read(ref head.Position);
        while (true)
        {
            ref Cell cell = ref cells[position & mask];

            // The index is read after the turn that says it is there.
            long ahead = Volatile.Read(ref cell.Turn) - (position + 1);
            if (ahead < 0)
            {
                index = -1;
                return false;
            }

            if (ahead == 0)
            {
                long found = Interlocked.CompareExchange(ref head.Position, position + 1, position);
                if (found == position)
                {
                    index = cell.Index;

                    // Good for the giver that comes one round later.
                    Volatile.Write(ref cell.Turn, position + cells.Length);
                    return true;
                }

                position = found;
            }
            else
            {
                position = Volatile.Read(ref head.Position);
            }
        }
    }

    /// <summary>Gives an index back that was taken.</summary>
    public void Give(int index) => Give(new ReadOnlySpan<int>(in index));

    /// <summary>Gives indices back that were taken, with one exchange for all.</summary>
    public void Give(ReadOnlySpan<int> indices)
    {
        // There is a cell for each index, so these positions are ours for certain; a cell's last taker may still be
        // about to leave it, which takes it two instructions.
        long position = Interlocked.Add(ref tail.Position, indices.Length) - indices.Length;
        foreach (int index in indices)
        {
            ref Cell cell = ref cells[position & mask];
            var spinner = default(SpinWait);
            while (Volatile.Read(ref cell.Turn) != position)
            {
                spinner.SpinOnce(sleep1Threshold: -1);
            }

            cell.Index = index;
            Volatile.Write(ref cell.Turn, ++position);
        }
    }

    [SuppressMessage("Performance", "CA1815", Justification = "cells are never compared")]
    private struct Cell
    {
        internal long Turn;
        internal int Index;
    }
}
