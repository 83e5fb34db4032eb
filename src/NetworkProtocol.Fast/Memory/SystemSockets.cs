using System;
using System.Runtime.InteropServices;

namespace NetworkProtocol.Fast.Memory;

/// <summary>
/// Linux' calls on sockets and for waiting on many of them, as they are: no buffer of the caller is kept, nothing
/// waits but <see cref="WaitForEvents"/>, and errors are the system's numbers (errno(3)). Any thread.
/// </summary>
internal static partial class SystemSockets
{
    /// <summary>Nothing to read or no room to write now.</summary>
    internal const int WouldBlock = 11; // EAGAIN

    /// <summary>A signal came first; try again.</summary>
    internal const int Interrupted = 4; // EINTR

    private const int DontWait = 0x40; // MSG_DONTWAIT
    private const int NoSignal = 0x4000; // MSG_NOSIGNAL
    private const int Peek = 0x2; // MSG_PEEK
    private const int SendingHalf = 1; // SHUT_WR
    private const int SocketLevel = 1; // SOL_SOCKET
    private const int Linger = 13; // SO_LINGER
    private const int CloseOnExec = 0x80000; // EPOLL_CLOEXEC
    private const int Add = 1; // EPOLL_CTL_ADD
    private const int Delete = 2; // EPOLL_CTL_DEL

    /// <summary>Bytes of one event as <see cref="WaitForEvents"/> writes it: its kind, then at
    /// <see cref="EventDataAt"/> the token (epoll_event of epoll_ctl(2), packed on x64 only).</summary>
    internal static int EventBytes { get; } = IsPacked ? 12 : 16;

    /// <summary>Where an event's token of 64 bits stands.</summary>
    internal static int EventDataAt { get; } = IsPacked ? 4 : 8;

    private static bool IsPacked => RuntimeInformation.ProcessArchitecture == Architecture.X64;

    /// <summary>Takes what is there (recv(2)).</summary>
    /// <returns>Bytes, 0 at the end of the stream, or the negative error.</returns>
    internal static int Receive(SafeHandle socket, Span<byte> buffer)
    {
        nint taken = Receive(socket, buffer, (nuint)buffer.Length, DontWait);
        return taken >= 0 ? (int)taken : -Marshal.GetLastPInvokeError();
    }

    /// <summary>Looks whether something is there, or the end of the stream, and leaves it.</summary>
    /// <returns>Not negative if so, else the negative error.</returns>
    internal static int Look(SafeHandle socket)
    {
        Span<byte> one = stackalloc byte[1];
        nint seen = Receive(socket, one, 1, DontWait | Peek);
        return seen >= 0 ? (int)seen : -Marshal.GetLastPInvokeError();
    }

    /// <summary>Hands over as much as there is room for (send(2)).</summary>
    /// <returns>Bytes, or the negative error.</returns>
    internal static int Send(SafeHandle socket, ReadOnlySpan<byte> bytes)
    {
        nint sent = Send(socket, bytes, (nuint)bytes.Length, DontWait | NoSignal);
        return sent >= 0 ? (int)sent : -Marshal.GetLastPInvokeError();
    }

    /// <summary>Ends the sending half (shutdown(2)); an error means that the peer was faster.</summary>
    internal static void ShutdownSend(SafeHandle socket) => Shutdown(socket, SendingHalf);

    /// <summary>Has the last close send a reset and drop what was not sent (SO_LINGER of socket(7)).</summary>
    internal static void ResetOnClose(SafeHandle socket)
    {
        ReadOnlySpan<int> onAndZeroSeconds = [1, 0];
        SetOption(socket, SocketLevel, Linger, onAndZeroSeconds, 2 * sizeof(int));
    }

    /// <summary>Reads an option (getsockopt(2)); Linux and macOS.</summary>
    /// <returns>Its bytes, or the negative error.</returns>
    internal static int GetOption(SafeHandle socket, int level, int name, Span<byte> value)
    {
        int bytes = value.Length;
        return GetOption(socket, level, name, value, ref bytes) == 0 ? bytes : -Marshal.GetLastPInvokeError();
    }

    /// <summary>Gives a descriptor back.</summary>
    /// <returns>Whether it was one.</returns>
    internal static bool Close(nint descriptor) => CloseDescriptor((int)descriptor) == 0;

    /// <summary>Makes a set of sockets to wait on (epoll(7)).</summary>
    /// <returns>Its descriptor, or the negative error.</returns>
    internal static int MakeSet() => OrError(CreateSet(CloseOnExec));

    /// <summary>Adds a descriptor to a set; what waits on the set hears of the kinds asked for.</summary>
    /// <returns>0, or the negative error.</returns>
    internal static int Watch(int set, SafeHandle socket, uint kinds, ulong token)
    {
        Span<byte> request = stackalloc byte[16];
        BitConverter.TryWriteBytes(request, kinds);
        BitConverter.TryWriteBytes(request[EventDataAt..], token);
        return OrError(Control(set, Add, socket, request));
    }

    /// <summary>Takes a descriptor that lives on out of a set.</summary>
    /// <returns>0, or the negative error.</returns>
    internal static int Unwatch(int set, SafeHandle socket) => OrError(Control(set, Delete, socket, default));

    /// <summary>Waits for events of a set (epoll_wait(2)).</summary>
    /// <param name="set">The set.</param>
    /// <param name="events">Room for events of <see cref="EventBytes"/> each.</param>
    /// <param name="timeoutMs">0 does not wait, -1 waits without an end.</param>
    /// <returns>How many events there are, or the negative error.</returns>
    internal static int WaitForEvents(int set, Span<byte> events, int timeoutMs) =>
        OrError(WaitFor(set, events, events.Length / EventBytes, timeoutMs));

    private static int OrError(int result) => result >= 0 ? result : -Marshal.GetLastPInvokeError();

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint Receive(SafeHandle socket, Span<byte> buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint Send(SafeHandle socket, ReadOnlySpan<byte> bytes, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "shutdown")]
    private static partial int Shutdown(SafeHandle socket, int halves);

    [LibraryImport("libc", EntryPoint = "setsockopt")]
    private static partial int SetOption(SafeHandle socket, int level, int name, ReadOnlySpan<int> value, int bytes);

    [LibraryImport("libc", EntryPoint = "getsockopt", SetLastError = true)]
    private static partial int GetOption(SafeHandle socket, int level, int name, Span<byte> value, ref int bytes);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseDescriptor(int descriptor);

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int CreateSet(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int Control(int set, int operation, SafeHandle socket, Span<byte> request);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    private static partial int WaitFor(int set, Span<byte> events, int eventsMax, int timeoutMs);
}
