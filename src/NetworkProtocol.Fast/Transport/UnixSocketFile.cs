using System;
using System.IO;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace NetworkProtocol.Fast.Transport;

/// <summary>
/// The file of a Unix listener: tells a stale socket from a live one and from a file that is none, and removes
/// only what may be removed. Two processes that start on the same stale path in the same instant can still
/// collide between the check and the removal; the identity check makes that window a few microseconds.
/// </summary>
internal static partial class UnixSocketFile
{
    private const int CurrentDirectory = -100; // AT_FDCWD
    private const int NoFollow = 0x100; // AT_SYMLINK_NOFOLLOW
    private const uint BasicStats = 0x7ff; // STATX_BASIC_STATS
    private const int FileTypeMask = 0xf000; // S_IFMT
    private const int FileTypeSocket = 0xc000; // S_IFSOCK

    internal enum Kind
    {
        Missing,
        Socket,
        Other,
        Unknown,
    }

    /// <summary>Which file it is, to notice that a path was bound again by somebody else.</summary>
    internal readonly record struct Identity(Kind Kind, ulong Device, ulong Inode);

    /// <summary>Looks at the path itself, not at what a symbolic link there points to.</summary>
    internal static Identity Identify(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return new Identity(Path.Exists(path) ? Kind.Unknown : Kind.Missing, 0, 0);
        }

        Span<byte> stat = stackalloc byte[256];
        if (StatX(CurrentDirectory, path, NoFollow, BasicStats, stat) != 0)
        {
            return new Identity(Kind.Missing, 0, 0);
        }

        // struct statx has one layout on all architectures: u16 mode at 28, u64 inode at 32, u32 device
        // major and minor at 136.
        int type = BitConverter.ToUInt16(stat[28..]) & FileTypeMask;
        return new Identity(
            type == FileTypeSocket ? Kind.Socket : Kind.Other,
            BitConverter.ToUInt64(stat[136..]),
            BitConverter.ToUInt64(stat[32..]));
    }

    /// <summary>
    /// Called when binding said that the path is taken. Returns when the path is free now; throws when something
    /// is there that must not be removed.
    /// </summary>
    internal static void RemoveStale(Endpoint endpoint)
    {
        Identity found = Identify(endpoint.Path);
        switch (found.Kind)
        {
            case Kind.Missing:
                return;
            case Kind.Other:
                throw InUse(endpoint, "the path holds a file that is not a socket; choose another path");
            case Kind.Unknown:
                throw InUse(endpoint, "the path exists; remove it if nothing listens there");
            default:
                break;
        }

        if (IsLive(endpoint))
        {
            throw InUse(endpoint, "another process listens there; stop it or choose another path");
        }

        RemoveIfStill(endpoint.Path, found);
    }

    internal static void RemoveIfStill(string path, Identity identity)
    {
        if (Identify(path) != identity)
        {
            return;
        }

        try
        {
            File.Delete(path);
        }
        catch (IOException)
        {
            // Left behind, it is found stale and removed at the next start.
        }
        catch (UnauthorizedAccessException)
        {
            // The same; binding again will say so clearly.
        }
    }

    /// <summary>Only a refusal proves that nobody listens; a full backlog or a denied access is a live one.</summary>
    private static bool IsLive(Endpoint endpoint)
    {
        UnixAddress address = new(endpoint.Path);
        using Socket probe = StreamSocket.Create(address);
        probe.Blocking = false;
        try
        {
            probe.Connect(address);
            return true;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode != SocketError.ConnectionRefused;
        }
    }

    private static TransportException InUse(Endpoint endpoint, string text) =>
        new(endpoint, SocketError.AddressAlreadyInUse, $"cannot listen on {endpoint}: {text}");

    /// <summary>
    /// The base library can neither tell a socket from other files nor name an inode. statx(2) is chosen over stat(2)
    /// for its fixed layout.
    /// </summary>
    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int directory, string path, int flags, uint mask, Span<byte> stat);
}
