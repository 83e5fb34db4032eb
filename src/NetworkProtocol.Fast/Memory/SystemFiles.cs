using System;
using System.IO;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace NetworkProtocol.Fast.Memory;

/// <summary>
/// What the base library cannot say or do about files: kind, owner and identity of one before it is opened, who the
/// process is, a name that only one maker gets, and a folder's names on the disk. Linux and macOS; any thread.
/// </summary>
internal static partial class SystemFiles
{
    private const int CurrentDirectory = -100; // AT_FDCWD
    private const int NoFollow = 0x100; // AT_SYMLINK_NOFOLLOW
    private const int OfHandle = 0x1000; // AT_EMPTY_PATH
    private const uint Wanted = 0x1 | 0x2 | 0x8 | 0x80 | 0x100; // STATX_TYPE, _MODE, _UID, _CTIME, _INO
    private const int CloseOnExecLinux = 0x80000;
    private const int CloseOnExecMac = 0x1000000;
    private const int FileExists = 17; // EEXIST
    private const int Invalid = 22; // EINVAL
    private const int ReadOnly = 30; // EROFS
    private const int NotSupported = 95; // ENOTSUP
    private const int WithoutWaiting = 0x2 | 0x4; // LOCK_EX, LOCK_NB
    private const int WouldBlockLinux = 11; // EAGAIN
    private const int WouldBlockMac = 35; // EAGAIN

    // Structures of both systems are shorter: 256 and 144 bytes.
    private const int StatusBytes = 256;

    /// <summary>Whether the system can be asked.</summary>
    internal static bool IsSupported => OperatingSystem.IsLinux() || OperatingSystem.IsMacOS();

    /// <summary>Number of the user with whose rights this process opens files.</summary>
    internal static uint EffectiveUser => GetEffectiveUser();

    /// <summary>Looks at what a path leads to, without opening it.</summary>
    /// <param name="path">The path.</param>
    /// <param name="followsLink">Whether a symbolic link at its end is followed; always on macOS.</param>
    /// <param name="status">What is there.</param>
    /// <returns>False when nothing is, or the system does not say.</returns>
    internal static bool TryLook(string path, bool followsLink, out FileStatus status)
    {
        Span<byte> raw = stackalloc byte[StatusBytes];
        if (OperatingSystem.IsLinux())
        {
            int flags = followsLink ? 0 : NoFollow;
            return ReadLinux(StatX(CurrentDirectory, path, flags, Wanted, raw), raw, out status);
        }

        int failed = !OperatingSystem.IsMacOS() ? -1 : IsArm ? Stat(path, raw) : StatX64(path, raw);
        return ReadMac(failed, raw, out status);
    }

    /// <summary>Looks at the very file that was opened, whatever its path leads to by now.</summary>
    internal static bool TryLook(SafeFileHandle file, out FileStatus status)
    {
        Span<byte> raw = stackalloc byte[StatusBytes];
        if (OperatingSystem.IsLinux())
        {
            return ReadLinux(StatXOfHandle(file, string.Empty, OfHandle, Wanted, raw), raw, out status);
        }

        int failed = !OperatingSystem.IsMacOS() ? -1 : IsArm ? FStat(file, raw) : FStatX64(file, raw);
        return ReadMac(failed, raw, out status);
    }

    /// <summary>Gives a file a second name, which must be free: of several at once one gets it.</summary>
    /// <returns>False where files cannot have two names.</returns>
    /// <exception cref="IOException">The name is taken.</exception>
    internal static bool TryLink(string path, string newPath)
    {
        if (OperatingSystem.IsWindows())
        {
            return false;
        }

        bool linked = Link(path, newPath) == 0;
        bool isTaken = !linked && Marshal.GetLastPInvokeError() == FileExists;
        return isTaken ? throw new IOException("the file exists") : linked;
    }

    /// <summary>
    /// Puts the names in a folder onto the disk (fsync(2): flushing a file does not flush its name). Where that cannot
    /// be done, be it for the file system or the folder's mode, the names get there in the system's own time.
    /// </summary>
    /// <exception cref="IOException">The disk failed.</exception>
    internal static void FlushFolder(string path)
    {
        if (!IsSupported)
        {
            return;
        }

        using SafeFileHandle folder = Open(path, OperatingSystem.IsMacOS() ? CloseOnExecMac : CloseOnExecLinux);
        if (!folder.IsInvalid)
        {
            Flush(folder);
        }
    }

    /// <summary>Puts a file onto the disk. What cannot be flushed, as on some file systems, counts as flushed. On Linux
    /// a failure of the disk is reported, which the base library (10.0.12) takes for success.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    internal static void Flush(SafeFileHandle file)
    {
        if (!OperatingSystem.IsLinux())
        {
            RandomAccess.FlushToDisk(file);
            return;
        }

        int error = FSync(file) == 0 ? 0 : Marshal.GetLastPInvokeError();
        if (error is not (0 or Invalid or ReadOnly or NotSupported))
        {
            throw new IOException($"{Marshal.GetPInvokeErrorMessage(error)}; check the disk");
        }
    }

    /// <summary>Locks a folder against others who do the same, until the handle is disposed of (flock(2)); does not
    /// wait. Leaves nothing behind, whatever becomes of the process.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="isTaken">Whether another has the lock.</param>
    /// <returns>The lock; null when it is taken, or there can be none: no such folder, no right to read it, or a file
    /// system without locks.</returns>
    internal static SafeFileHandle? TryLockFolder(string path, out bool isTaken)
    {
        isTaken = false;
        if (!IsSupported)
        {
            return null;
        }

        SafeFileHandle folder = Open(path, OperatingSystem.IsMacOS() ? CloseOnExecMac : CloseOnExecLinux);
        if (!folder.IsInvalid)
        {
            if (Lock(folder, WithoutWaiting) == 0)
            {
                return folder;
            }

            isTaken = Marshal.GetLastPInvokeError()
                == (OperatingSystem.IsMacOS() ? WouldBlockMac : WouldBlockLinux);
        }

        folder.Dispose();
        return null;
    }

    /// <summary>Gives a file, not what a link there points to, to a user and a group (lchown(2)); null leaves one as
    /// it is.</summary>
    /// <exception cref="IOException">The system refuses it; the message is the system's.</exception>
    internal static void ChangeOwner(string path, uint? user, uint? group)
    {
        if (ChangeOwner(path, user ?? uint.MaxValue, group ?? uint.MaxValue) != 0)
        {
            throw new IOException(Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()));
        }
    }

    private static bool IsArm => RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    // struct statx has one layout on all architectures: u32 owner at 20, u16 mode at 28, u64 inode at 32, i64 seconds
    // and u32 nanoseconds of the last change at 96, u32 device major and minor at 136.
    private static bool ReadLinux(int failed, ReadOnlySpan<byte> raw, out FileStatus status)
    {
        ushort mode = BitConverter.ToUInt16(raw[28..]);
        status = new FileStatus(KindOf(mode), ModeOf(mode), BitConverter.ToUInt32(raw[20..]),
            BitConverter.ToUInt64(raw[136..]), BitConverter.ToUInt64(raw[32..]),
            NanosecondsOf(BitConverter.ToInt64(raw[96..]), BitConverter.ToUInt32(raw[104..])));
        return failed == 0;
    }

    // struct stat with inodes of 64 bits: u32 device at 0, u16 mode at 4, u64 inode at 8, u32 owner at 16, i64 seconds
    // and i64 nanoseconds of the last change at 64.
    private static bool ReadMac(int failed, ReadOnlySpan<byte> raw, out FileStatus status)
    {
        ushort mode = BitConverter.ToUInt16(raw[4..]);
        status = new FileStatus(KindOf(mode), ModeOf(mode), BitConverter.ToUInt32(raw[16..]),
            BitConverter.ToUInt32(raw), BitConverter.ToUInt64(raw[8..]),
            NanosecondsOf(BitConverter.ToInt64(raw[64..]), BitConverter.ToInt64(raw[72..])));
        return failed == 0;
    }

    private static long NanosecondsOf(long seconds, long rest) => (seconds * 1_000_000_000) + rest;

    private static FileKind KindOf(ushort mode) => (mode & 0xf000) switch
    {
        0x8000 => FileKind.Regular, // S_IFREG
        0x4000 => FileKind.Folder, // S_IFDIR
        0xc000 => FileKind.Socket, // S_IFSOCK
        _ => FileKind.Other,
    };

    private static UnixFileMode ModeOf(ushort mode) => (UnixFileMode)(mode & 0xfff);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int directory, string path, int flags, uint mask, Span<byte> status);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatXOfHandle(
        SafeFileHandle file, string path, int flags, uint mask, Span<byte> status);

    // On x64 the plain names of macOS are those of an older structure.
    [LibraryImport("libc", EntryPoint = "stat", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Stat(string path, Span<byte> status);

    [LibraryImport("libc", EntryPoint = "stat$INODE64", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX64(string path, Span<byte> status);

    [LibraryImport("libc", EntryPoint = "fstat")]
    private static partial int FStat(SafeFileHandle file, Span<byte> status);

    [LibraryImport("libc", EntryPoint = "fstat$INODE64")]
    private static partial int FStatX64(SafeFileHandle file, Span<byte> status);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUser();

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Link(string path, string newPath);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Lock(SafeFileHandle file, int operation);

    [LibraryImport("libc", EntryPoint = "lchown", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int ChangeOwner(string path, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags);
}
