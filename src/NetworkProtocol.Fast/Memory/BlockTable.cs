using System;
using System.Threading;

namespace NetworkProtocol.Fast.Memory;

/// <summary>
/// All blocks of a pool by id. Reads are lock-free; <see cref="Add"/> runs under the pool's lock. Ids are never reused
/// and entries never change, so a reader that learnt an id through an acquire finds its block in whatever array it sees.
/// </summary>
internal sealed class BlockTable
{
    private BufferBlock[] blocks = new BufferBlock[64];
    private int count;

    public int Count => Volatile.Read(ref count);

    public BufferBlock this[int id] => Volatile.Read(ref blocks)[id];

    public void Add(BufferBlock block)
    {
        BufferBlock[] current = blocks;
        int id = count;
        if (id == current.Length)
        {
            // Readers of the old array find there all they can ask for; it is garbage once they are done.
            Array.Resize(ref current, id * 2);
        }

        current[id] = block;
        Volatile.Write(ref blocks, current);
        Volatile.Write(ref count, id + 1);
    }
}
