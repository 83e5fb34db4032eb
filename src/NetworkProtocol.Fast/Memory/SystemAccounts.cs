using System;
using System.Runtime.InteropServices;

namespace NetworkProtocol.Fast.Memory;

/// <summary>Numbers of users and groups by their names, as the system's name service has them. Linux and macOS; may
/// ask a directory over the network; any thread.</summary>
internal static partial class SystemAccounts
{
    // Structures of both systems are shorter; names of a group's members stand in the buffer.
    private const int RecordBytes = 256;
    private const int BufferBytes = 1 << 20;

    // struct passwd and struct group begin with two pointers; then the number stands.
    private const int NumberAt = 16;

    /// <summary>A user's number.</summary>
    /// <returns>False when there is none of this name.</returns>
    internal static bool TryFindUser(string name, out uint user)
    {
        Span<byte> record = stackalloc byte[RecordBytes];
        byte[] buffer = new byte[BufferBytes];
        int error = FindUser(name, record, buffer, (nuint)buffer.Length, out nint found);
        user = BitConverter.ToUInt32(record[NumberAt..]);
        return error == 0 && found != 0;
    }

    /// <summary>A group's number.</summary>
    /// <returns>False when there is none of this name.</returns>
    internal static bool TryFindGroup(string name, out uint group)
    {
        Span<byte> record = stackalloc byte[RecordBytes];
        byte[] buffer = new byte[BufferBytes];
        int error = FindGroup(name, record, buffer, (nuint)buffer.Length, out nint found);
        group = BitConverter.ToUInt32(record[NumberAt..]);
        return error == 0 && found != 0;
    }

    [LibraryImport("libc", EntryPoint = "getpwnam_r", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int FindUser(
        string name, Span<byte> record, Span<byte> buffer, nuint bufferBytes, out nint found);

    [LibraryImport("libc", EntryPoint = "getgrnam_r", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int FindGroup(
        string name, Span<byte> record, Span<byte> buffer, nuint bufferBytes, out nint found);
}
