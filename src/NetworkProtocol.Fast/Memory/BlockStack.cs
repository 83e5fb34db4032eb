using System.Threading;

namespace NetworkProtocol.Fast.Memory;

/// <summary>
/// Lock-free stack of the free blocks of one class (Treiber). The head is one word: the id + 1 of the top block (0
/// when empty, -1 when closed) and a tag that grows with every change. Without the tag a pop that was interrupted
/// while the top block left and came back (ABA) would install a stale second block. Any thread may call any member.
/// </summary>
internal sealed class BlockStack(BlockTable table)
{
    private const int Empty = 0;
    private const int Closed = -1;
    private const long TagStep = 1L << 32;

    private PaddedCursor head;

    /// <summary>Takes the block that was pushed last, whose lines are the likeliest to be in the cache.</summary>
    public BufferBlock? TryPop()
    {
        long seen = Volatile.Read(ref head.Position);
        while (true)
        {
            int top = (int)seen;
            if (top <= Empty)
            {
                return null;
            }

            // The block may be taken meanwhile and its link overwritten: then the tag has changed and the swap fails.
            BufferBlock block = table[top - 1];
            long found = Interlocked.CompareExchange(ref head.Position, After(seen, block.NextFree), seen);
            if (found == seen)
            {
                return block;
            }

            seen = found;
        }
    }

    /// <summary>
    /// Puts a block on the stack; false when the stack was closed, and then the caller keeps the block.
    /// </summary>
    public bool TryPush(BufferBlock block)
    {
        long seen = Volatile.Read(ref head.Position);
        while ((int)seen != Closed)
        {
            block.NextFree = (int)seen;
            // The swap is a full fence: the last owner's writes to the block happen before the next owner's rent.
            long found = Interlocked.CompareExchange(ref head.Position, After(seen, block.Id + 1), seen);
            if (found == seen)
            {
                return true;
            }

            seen = found;
        }

        return false;
    }

    /// <summary>
    /// Empties the stack. The blocks are the caller's: the link of the first, the others by their links. A closed
    /// stack is empty and stays closed.
    /// </summary>
    public int TakeAll() => Replace(Empty);

    /// <summary>
    /// Empties the stack and refuses every later push, in one step, so no block can slip in between.
    /// </summary>
    public int Close() => Replace(Closed);

    private int Replace(int link)
    {
        long seen = Volatile.Read(ref head.Position);
        while ((int)seen != Closed)
        {
            long found = Interlocked.CompareExchange(ref head.Position, After(seen, link), seen);
            if (found == seen)
            {
                return (int)seen;
            }

            seen = found;
        }

        return Empty;
    }

    private static long After(long seen, int link) => (((seen & ~(TagStep - 1)) + TagStep) | (uint)link);
}
