using System;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace NetworkProtocol.Fast.Transport;

/// <summary>
/// One send under way. Drawn from <see cref="SocketSendOperations"/> only while it lasts, so that an idle
/// connection does not own one; returned only after its completion.
/// </summary>
internal sealed class SocketSendOperation() : SocketAsyncEventArgs(unsafeSuppressExecutionContextFlow: true)
{
    private SocketConnection? owner;
    private int bytesDone;

    internal int BytesDone => bytesDone;

    internal void Begin(SocketConnection owner, ReadOnlyMemory<byte> buffer)
    {
        this.owner = owner;
        bytesDone = 0;

        // SAFETY: SocketAsyncEventArgs takes only Memory<byte>; a send reads the buffer and never writes it.
        SetBuffer(MemoryMarshal.AsMemory(buffer));
    }

    /// <summary>
    /// Counts what the socket took; true: bytes are left and the buffer is set to them. On Unix the runtime
    /// completes a send only when all is taken, elsewhere that is not promised.
    /// </summary>
    internal bool HasMoreAfterTransfer()
    {
        bytesDone += BytesTransferred;
        if (BytesTransferred == Count)
        {
            return false;
        }

        SetBuffer(Offset + BytesTransferred, Count - BytesTransferred);
        return true;
    }

    /// <summary>Lets go of the connection and the buffer, so that a pooled operation keeps neither alive.</summary>
    internal void Clear()
    {
        owner = null;
        SetBuffer(default);
    }

    protected override void OnCompleted(SocketAsyncEventArgs e) => owner!.SendCompleted(this);
}
