using System;
using System.Runtime.InteropServices;

namespace NetworkProtocol.Fast.Transport;

/// <summary>How much of what was sent still stands in the system's buffer of a socket.</summary>
internal static partial class SocketBacklog
{
    // SIOCOUTQ of Linux (tcp(7), unix(7)), the same number on x64 and arm64.
    private const nuint OutputQueue = 0x5411;

    private static readonly bool isKnown = OperatingSystem.IsLinux()
        && RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;

    /// <summary>Bytes sent that the peer has not acknowledged (TCP) or read (Unix sockets); -1 where the system does
    /// not say, or once the socket is closed.</summary>
    internal static int UntakenBytes(SafeHandle socket)
    {
        if (!isKnown)
        {
            return -1;
        }

        try
        {
            return Control(socket, OutputQueue, out int bytes) == 0 ? bytes : -1;
        }
        catch (ObjectDisposedException)
        {
            // Closed on another thread.
            return -1;
        }
    }

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int Control(SafeHandle socket, nuint request, out int value);
}
