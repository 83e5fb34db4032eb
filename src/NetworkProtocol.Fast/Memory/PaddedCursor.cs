using System.Runtime.InteropServices;

namespace NetworkProtocol.Fast.Memory;

/// <summary>
/// A position that one side of a queue writes and the other reads, alone on its cache line: 64 bytes lie before it
/// and more than 48 after it, so whatever the alignment of the object around it, no other field shares its line. Two
/// of them side by side are 128 bytes apart, because processors fetch lines in pairs.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = CacheLine.PairBytes)]
internal struct PaddedCursor
{
    /// <summary>The shared position. Read and written through <c>Volatile</c> or <c>Interlocked</c> only.</summary>
    [FieldOffset(CacheLine.Bytes)]
    public long Position;

    /// <summary>
    /// A second word for the side that writes <see cref="Position"/>: it comes with the same line, so looking at it
    /// is free.
    /// </summary>
    [FieldOffset(CacheLine.Bytes + sizeof(long))]
    public long Companion;
}
