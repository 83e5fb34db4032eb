using System;
using System.Numerics;

namespace NetworkProtocol.Fast.Memory;

/// <summary>
/// The block sizes of a pool: 4 KiB, 16 KiB, 64 KiB, then doubling up to 16 MiB. From 64 KiB on a block has
/// <see cref="SlackBytes"/> more, so that a packet's header (16 bytes) and name (255 at most) fit beside a payload
/// that is a power of two.
/// </summary>
internal static class BufferClasses
{
    public const int Count = 11;

    // Header and name need 271 bytes; memory comes in pages, so a whole page costs no more.
    public const int SlackBytes = SystemMemory.PageBytes;
    public const int BlockBytesMax = (16 << 20) + SlackBytes;

    private const int TinyBytes = 4 << 10;
    private const int SmallBytes = 16 << 10;
    private const int LargeBytesLog2 = 16;
    private const int LargeIndexFirst = 2;

    // 64 blocks of 4 KiB or 16 of 16 KiB in one allocation: few allocations for many links, and still a small step.
    private const int SlabBytes = 256 << 10;

    /// <summary>The smallest class whose blocks hold <paramref name="bytes"/>.</summary>
    public static int IndexOf(int bytes)
    {
        if ((uint)bytes > BlockBytesMax)
        {
            ThrowOutOfRange(bytes);
        }

        if (bytes <= SmallBytes)
        {
            return bytes <= TinyBytes ? 0 : 1;
        }

        int payloadBytes = Math.Max(bytes - SlackBytes, 1);
        return LargeIndexFirst + 32 - BitOperations.LeadingZeroCount((uint)(payloadBytes - 1) >> LargeBytesLog2);
    }

    public static int BlockBytes(int index) => index switch
    {
        0 => TinyBytes,
        1 => SmallBytes,
        _ => (1 << (LargeBytesLog2 + index - LargeIndexFirst)) + SlackBytes,
    };

    /// <summary>
    /// How many blocks are allocated together; 1 for large blocks, so that each can be given back alone.
    /// </summary>
    public static int SlabBlocksMax(int index) => index < LargeIndexFirst ? SlabBytes / BlockBytes(index) : 1;

    private static void ThrowOutOfRange(int bytes) =>
        throw new ArgumentOutOfRangeException(nameof(bytes), bytes, $"a block holds 0 to {BlockBytesMax} bytes");
}
