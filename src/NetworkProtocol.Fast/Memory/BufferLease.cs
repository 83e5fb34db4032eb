using System;
using System.Diagnostics;
using System.Security.Cryptography;

namespace NetworkProtocol.Fast.Memory;

/// <summary>
/// Ownership of one block. A value that moves: whoever hands it on keeps no copy, and the last owner returns it once.
/// <c>default</c> owns nothing. A second return asserts in DEBUG; in Release it is refused and counted, and the pool
/// stays whole. Not thread-safe by itself; the owner is one thread at a time.
/// </summary>
internal readonly struct BufferLease
{
    private readonly BufferBlock? block;
    private readonly long generation;

    internal BufferLease(BufferBlock block, long generation)
    {
        this.block = block;
        this.generation = generation;
    }

    /// <summary>
    /// True when nothing is owned; then only <see cref="Return"/> and <see cref="Clear"/> may be called.
    /// </summary>
    public bool IsNone => block is null;

    /// <summary>Bytes of the block, at least as many as were asked for.</summary>
    public int Capacity => Owned.Capacity;

    /// <summary>Names the block, for <see cref="BufferPool.Adopt"/>.</summary>
    public int Id => Owned.Id;

    /// <summary>The whole block. Its content is what the last owner left, unless that one cleared it.</summary>
    public Span<byte> Span => Owned.Span;

    /// <summary>The whole block, for sockets and streams.</summary>
    public Memory<byte> Memory => Owned.Memory;

    internal BufferBlock Block => Owned;

    private BufferBlock Owned
    {
        get
        {
            Debug.Assert(block is null || block.Generation == generation, "use of a lease after its return");
            return block!;
        }
    }

    /// <summary>Gives the block back. Does nothing on an empty lease.</summary>
    public void Return() => block?.Return(generation);

    /// <summary>Zeroes the whole block, then gives it back: for blocks that held secrets.</summary>
    public void ReturnCleared()
    {
        Clear();
        Return();
    }

    /// <summary>Zeroes the whole block in a way that is never optimised away.</summary>
    public void Clear()
    {
        // A stale lease must not wipe the bytes of the block's next owner.
        if (block is not null && block.Generation == generation)
        {
            CryptographicOperations.ZeroMemory(block.Span);
        }
    }
}
