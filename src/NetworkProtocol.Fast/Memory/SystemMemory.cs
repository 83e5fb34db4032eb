using System;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace NetworkProtocol.Fast.Memory;

/// <summary>
/// Memory straight from the system. On Linux by <c>mmap</c>: glibc's <c>malloc</c> raises its own mapping threshold
/// (up to 32 MiB) at the first large free and serves later blocks from its heap, where anything that lives above
/// them keeps them resident; a pool that gives memory back must not depend on that. Elsewhere the native aligned
/// allocator.
/// </summary>
internal static unsafe partial class SystemMemory
{
    /// <summary>What <c>mmap</c> hands out, and so what block sizes are made of.</summary>
    public const int PageBytes = 4096;

    private const int ReadWrite = 0x1 | 0x2;
    private const int PrivateAnonymous = 0x02 | 0x20;
    private const nint MapFailed = -1;

    private static bool UsesMap => OperatingSystem.IsLinux() && nint.Size == sizeof(long);

    /// <summary>The address of new memory, aligned to a cache line at least; 0 when the system has none.</summary>
    public static nint TryAllocate(long bytes)
    {
        if (UsesMap)
        {
            nint address = Map(0, (nuint)bytes, ReadWrite, PrivateAnonymous, -1, 0);
            return address == MapFailed ? 0 : address;
        }

        try
        {
            // SAFETY: freed by Free, to which the slab passes the same address.
            return (nint)NativeMemory.AlignedAlloc((nuint)bytes, CacheLine.Bytes);
        }
        catch (OutOfMemoryException)
        {
            return 0;
        }
    }

    /// <summary>Gives back what <see cref="TryAllocate"/> gave, all of it.</summary>
    public static void Free(nint address, long bytes)
    {
        if (UsesMap)
        {
            int failed = Unmap(address, (nuint)bytes);
            Debug.Assert(failed == 0, "the system does not know the memory");
            return;
        }

        // SAFETY: the address came from AlignedAlloc.
        NativeMemory.AlignedFree((void*)address);
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(nint address, nuint bytes, int protection, int flags, int file, long offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint address, nuint bytes);
}
