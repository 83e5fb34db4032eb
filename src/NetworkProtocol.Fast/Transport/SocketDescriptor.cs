using System;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using NetworkProtocol.Fast.Memory;

namespace NetworkProtocol.Fast.Transport;

/// <summary>A socket's descriptor without the runtime's socket around it. It is closed when it was disposed of and no
/// call uses it any more.</summary>
internal sealed class SocketDescriptor : SafeHandleMinusOneIsInvalid
{
    private SocketDescriptor(nint descriptor)
        : base(ownsHandle: true) => SetHandle(descriptor);

    /// <summary>Takes the descriptor out of a socket that the runtime has started no asynchronous operation on, or it
    /// would go on watching it. The socket is of no use afterwards.</summary>
    internal static SocketDescriptor Take(Socket socket)
    {
        SafeSocketHandle handle = socket.SafeHandle;
        SocketDescriptor taken = new(handle.DangerousGetHandle());
        handle.SetHandleAsInvalid();

        // To dispose of it, or to finalize it, would wait for the release of a handle that is not its own any more.
#pragma warning disable CA1816 // it has no other way to be left alone
        GC.SuppressFinalize(socket);
#pragma warning restore CA1816
        return taken;
    }

    protected override bool ReleaseHandle() => SystemSockets.Close(handle);
}
