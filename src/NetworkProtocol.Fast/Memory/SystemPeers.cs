using System;
using System.Runtime.InteropServices;

namespace NetworkProtocol.Fast.Memory;

/// <summary>Asks who is at the other end of a connected Unix socket. Linux and macOS; any thread.</summary>
internal static class SystemPeers
{
    private const int SocketLevel = 1; // SOL_SOCKET of Linux
    private const int Credentials = 17; // SO_PEERCRED
    private const int AllGroups = 59; // SO_PEERGROUPS, since Linux 4.13
    private const int LocalLevel = 0; // SOL_LOCAL of macOS
    private const int LocalCredentials = 1; // LOCAL_PEERCRED
    private const int LocalProcess = 2; // LOCAL_PEERPID
    private const int GroupsMax = 65_536; // NGROUPS_MAX

    /// <summary>Whether the system can be asked.</summary>
    internal static bool IsSupported => OperatingSystem.IsLinux() || OperatingSystem.IsMacOS();

    /// <summary>Who is there; null when the system does not say, or the socket is none of this kind.</summary>
    internal static PeerCredentials? Of(SafeHandle socket)
    {
        try
        {
            return OperatingSystem.IsLinux() ? OfLinux(socket) : OperatingSystem.IsMacOS() ? OfMac(socket) : null;
        }
        catch (ObjectDisposedException)
        {
            // Closed on another thread.
            return null;
        }
    }

    // struct ucred: i32 process, u32 user, u32 group; user 2^32-1 stands for a socket that has no peer.
    private static PeerCredentials? OfLinux(SafeHandle socket)
    {
        Span<byte> raw = stackalloc byte[12];
        bool known = SystemSockets.GetOption(socket, SocketLevel, Credentials, raw) == raw.Length;
        uint user = BitConverter.ToUInt32(raw[4..]);
        return !known || user == uint.MaxValue
            ? null
            : new PeerCredentials(BitConverter.ToInt32(raw), user, BitConverter.ToUInt32(raw[8..]))
            {
                Groups = GroupsOf(socket),
            };
    }

    private static uint[] GroupsOf(SafeHandle socket)
    {
        Span<byte> few = stackalloc byte[64 * sizeof(uint)];
        int bytes = SystemSockets.GetOption(socket, SocketLevel, AllGroups, few);
        if (bytes >= 0)
        {
            return Numbers(few[..bytes]);
        }

        // Hardly anybody is in so many groups; any other error says the same once more.
        byte[] many = new byte[GroupsMax * sizeof(uint)];
        bytes = SystemSockets.GetOption(socket, SocketLevel, AllGroups, many);
        return bytes >= 0 ? Numbers(many.AsSpan(0, bytes)) : [];
    }

    // struct xucred: u32 version, u32 user, i16 count, u32 groups from 12 on, the effective one first.
    private static PeerCredentials? OfMac(SafeHandle socket)
    {
        Span<byte> raw = stackalloc byte[76];
        Span<byte> process = stackalloc byte[sizeof(int)];
        process.Clear();
        if (SystemSockets.GetOption(socket, LocalLevel, LocalCredentials, raw) != raw.Length)
        {
            return null;
        }

        _ = SystemSockets.GetOption(socket, LocalLevel, LocalProcess, process);
        int count = Math.Clamp((int)BitConverter.ToInt16(raw[8..]), 1, 16);
        uint[] groups = Numbers(raw.Slice(12, count * sizeof(uint)));
        return new PeerCredentials(BitConverter.ToInt32(process), BitConverter.ToUInt32(raw[4..]), groups[0])
        {
            Groups = groups,
        };
    }

    private static uint[] Numbers(ReadOnlySpan<byte> raw)
    {
        uint[] numbers = new uint[raw.Length / sizeof(uint)];
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = BitConverter.ToUInt32(raw[(i * sizeof(uint))..]);
        }

        return numbers;
    }
}
