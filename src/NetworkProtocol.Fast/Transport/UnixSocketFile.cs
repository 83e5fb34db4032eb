using System;
using System.IO;
using System.Net.Sockets;
using System.Threading;
using Microsoft.Win32.SafeHandles;
using NetworkProtocol.Fast.Memory;

namespace NetworkProtocol.Fast.Transport;

/// <summary>
/// The file of a Unix listener: tells a stale socket from a live one and from a file that is none, and removes
/// only what may be removed. Whoever binds a path holds the lock of its folder until he listens, so of two processes
/// that start on a stale path in the same instant one waits, and then finds the other alive.
/// </summary>
internal static class UnixSocketFile
{
    private const int LockWaitMs = 5_000;

    internal enum Kind
    {
        Missing,
        Socket,
        Other,
        Unknown,
    }

    /// <summary>Which file it is, to notice that a path was bound again by somebody else.</summary>
    internal readonly record struct Identity(Kind Kind, ulong Device, ulong Inode);

    /// <summary>Locks the folder against other processes that are about to bind; null where there are no locks, and
    /// there two that start in the same instant can collide.</summary>
    internal static SafeFileHandle? LockFolder(Endpoint endpoint)
    {
        long start = Environment.TickCount64;
        var spin = new SpinWait();
        string folder = Path.GetDirectoryName(endpoint.Path)!;
        while (true)
        {
            SafeFileHandle? held = SystemFiles.TryLockFolder(folder, out bool isTaken);
            if (!isTaken)
            {
                return held;
            }

            if (Environment.TickCount64 - start > LockWaitMs)
            {
                throw InUse(endpoint, "another process keeps its folder locked; choose a folder of your own");
            }

            spin.SpinOnce();
        }
    }

    /// <summary>Sets owner and mode of a file that was bound and does not listen yet, so that nobody has connected
    /// under others.</summary>
    internal static void Restrict(Endpoint endpoint, LocalAccess access)
    {
        if (OperatingSystem.IsWindows())
        {
            // A file has the access list of its folder there.
            return;
        }

        try
        {
            // In this order: a file that was given away is not ours to change any more.
            File.SetUnixFileMode(endpoint.Path, access.FileMode);
            if ((access.FileOwner ?? access.FileGroup) is not null)
            {
                SystemFiles.ChangeOwner(endpoint.Path, access.FileOwner, access.FileGroup);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TransportException(endpoint, SocketError.AccessDenied,
                $"cannot listen on {endpoint}: owner or mode of its file cannot be set: {e.Message}; leave "
                + "them as they are, or run with the right to change them", e);
        }
    }

    /// <summary>Looks at the path itself, not at what a symbolic link there points to.</summary>
    internal static Identity Identify(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return new Identity(Path.Exists(path) ? Kind.Unknown : Kind.Missing, 0, 0);
        }

        return SystemFiles.TryLook(path, followsLink: false, out FileStatus status)
            ? new Identity(status.Kind == FileKind.Socket ? Kind.Socket : Kind.Other, status.Device, status.Inode)
            : new Identity(Kind.Missing, 0, 0);
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
        UnixAddress address = endpoint.ToUnixAddress();
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
}
